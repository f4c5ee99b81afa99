import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes, type AclEntry } from 'kafkajs';
import { freePort, startKafka } from '#servers';

const TLS = join(process.cwd(), 'test/fixtures/tls');
const PASSWORDS = { scram: 'the-word-by-scram', plain: 'the-word-as-it-is' };

const { TOPIC, GROUP } = AclResourceTypes;
const { READ, WRITE, CREATE, DELETE } = AclOperationTypes;

const allow = (user: string, resourceType: AclResourceTypes, name: string, ...operations: AclOperationTypes[]): AclEntry[] =>
  operations.map((operation) => ({
    principal: `User:${user}`,
    host: '*',
    resourceType,
    resourceName: name.replace('*', ''),
    resourcePatternType: name.endsWith('*') ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  }));

/** What the README asks for the ledger's programs, and what that of libs/consumer asks for a system, and nothing else. */
const RIGHTS = [
  ...allow('samtycke', TOPIC, 'consent.*', CREATE, READ, WRITE),
  ...allow('samtycke', GROUP, 'samtycke-*', READ, DELETE),
  ...allow('crm', TOPIC, 'consent.events.v1', READ),
  ...allow('crm', TOPIC, 'consent.state.v1', READ),
  ...allow('crm', TOPIC, 'consent.acks.v1', WRITE),
  ...allow('crm', TOPIC, 'consent.dead.v1', WRITE),
  ...allow('crm', GROUP, 'samtycke-crm*', READ, DELETE),
];

async function giveRights(brokers: string): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createAcls({ acl: RIGHTS });
  await admin.disconnect();
}

export interface SecuredKafka {
  /** Lets in by TLS, and with name and password, alone. */
  brokers: string;
  /** Who signed the broker's certificate (PEM). */
  caFile: string;
  /** The ledger's own name, for SCRAM; for PLAIN there is `crm`, a system. */
  user: string;
  passwords: typeof PASSWORDS;
  /** Holds the password for SCRAM. */
  passwordFile: string;
  close(): Promise<void>;
}

/** A Kafka whose clients come by SASL over TLS (SCRAM-SHA-512 or PLAIN, a password of its own for each), and may do what they have a right to. */
export async function securedKafka(): Promise<SecuredKafka> {
  const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-secured-'));
  const passwordFile = join(dataDir, 'password');
  const keystore = join(dataDir, 'broker.pem');
  await writeFile(passwordFile, `${PASSWORDS.scram}\n`);
  await writeFile(keystore, `${await readFile(join(TLS, 'key.pem'), 'utf8')}${await readFile(join(TLS, 'cert.pem'), 'utf8')}`);
  const own = await freePort();
  const security = 'org.apache.kafka.common.security';
  const kafka = await startKafka({
    dataDir,
    users: { samtycke: PASSWORDS.scram },
    settings: ({ port, controllerPort }) => ({
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SECURED://127.0.0.1:${own}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURED://localhost:${own}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
      'listener.name.secured.ssl.keystore.type': 'PEM',
      'listener.name.secured.ssl.keystore.location': keystore,
      'listener.name.secured.sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
      'listener.name.secured.scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
      'listener.name.secured.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_crm="${PASSWORDS.plain}";`,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // The broker itself, by its own listener.
      'super.users': 'User:ANONYMOUS',
      // A client is asked for its password again while it is connected.
      'listener.name.secured.scram-sha-512.connections.max.reauth.ms': '15000',
    }),
  });
  await giveRights(kafka.address);
  return {
    brokers: `localhost:${own}`,
    caFile: join(TLS, 'cert.pem'),
    user: 'samtycke',
    passwords: PASSWORDS,
    passwordFile,
    close: async () => {
      await kafka.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
