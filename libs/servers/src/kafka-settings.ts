import { join } from 'node:path';
import type { KafkaCluster } from './server.js';

export interface KafkaPlace {
  /** The folder of this broker alone. */
  dataDir: string;
  port: number;
  controllerPort: number;
  /** Where clients are sent, by default `port`. */
  advertisedPort?: number;
  cluster?: KafkaCluster;
}

const MOST_COPIES = 3;

/** server.properties of one KRaft node that is broker and controller, on one machine: alone, or one of several with as many copies of everything, three at most. */
export function kafkaProperties({ dataDir, port, controllerPort, advertisedPort = port, cluster }: KafkaPlace, own: Record<string, string> = {}): string {
  const { node, controllers } = cluster ?? { node: 1, controllers: [controllerPort] };
  const copies = Math.min(MOST_COPIES, controllers.length);
  const inSync = Math.max(1, copies - 1);
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': node,
    'controller.quorum.voters': controllers.map((one, at) => `${at + 1}@127.0.0.1:${one}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dataDir, 'data'),
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
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
