import { join } from 'node:path';

export interface KafkaPlace {
  /** The folder of this broker alone. */
  dataDir: string;
  port: number;
  controllerPort: number;
  /** Where clients are sent, by default `port`. */
  advertisedPort?: number;
}

/** server.properties of one KRaft node that is broker and controller, for one machine: every replication factor is 1. */
export function kafkaProperties({ dataDir, port, controllerPort, advertisedPort = port }: KafkaPlace, own: Record<string, string> = {}): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dataDir, 'data'),
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    // After a kill the controller, too, must let the old life's session run out before the new one may serve.
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 1_000,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    // Index files are set up at full size: 1 MB is plenty here.
    'log.index.size.max.bytes': 1_048_576,
    'log.segment.delete.delay.ms': 1_000,
    ...own,
  };
  return `${Object.entries(settings).map(([name, value]) => `${name}=${escape(String(value))}`).join('\n')}\n`;
}

/** A value of a Java properties file: the back-slash is its only mark that a path can hold. */
const escape = (value: string): string => value.replaceAll('\\', '\\\\');
