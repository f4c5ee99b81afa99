// The mark for /v1/check: Nest, Fastify and ValidationPipe, and nothing behind them. Prints its port over IPC.
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, Length, Matches, ValidateNested } from 'class-validator';

class EchoSubject {
  @IsOptional() @IsString() @Length(1, 254)
  email?: string;
}

class EchoBody {
  @IsObject() @ValidateNested() @Type(() => EchoSubject)
  subject: EchoSubject;

  @IsString() @Matches(/^[a-z][a-z0-9-]{0,62}$/)
  purpose: string;
}

@Controller('echo')
class EchoController {
  @Post()
  @HttpCode(200)
  echo(@Body() body: EchoBody): EchoBody {
    return body;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const app = await NestFactory.create<NestFastifyApplication>(EchoModule, new FastifyAdapter(), { logger: false });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
await app.listen(0, '127.0.0.1');
process.send?.({ port: Number(new URL(await app.getUrl()).port) });
process.on('disconnect', () => process.exit(0));
