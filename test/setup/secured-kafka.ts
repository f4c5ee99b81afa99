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

const ofSystem = (name: string): AclEntry[] => [
  ...allow(name, TOPIC, 'consent.events.v1', READ),
  ...allow(name, TOPIC, 'consent.state.v1', READ),
  ...allow(name, TOPIC, 'consent.acks.v1', WRITE),
  ...allow(name, TOPIC, 'consent.dead.v1', WRITE),
  ...allow(name, GROUP, `samtycke-${name}*`, READ, DELETE),
];

/** What the README asks for the ledger's programs, and what that of libs/consumer asks for a system, and nothing else. */
const RIGHTS = [...allow('samtycke', TOPIC, 'consent.*', CREATE, READ, WRITE), ...allow('samtycke', GROUP, 'samtycke-*', READ, DELETE), ...['crm', 'erp', 'loyalty'].flatMap(ofSystem)];

async function giveRights(brokers: string): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createAcls({ acl: RIGHTS });
  await admin.disconnect();
}

export interface SecuredKafka {
  /** Lets in by TLS, and with name and password or a token of `loyalty`, alone. */
  brokers: string;
  /** Lets in by TLS alone who shows the certificate of `erp`. */
  mutualBrokers: string;
  /** That certificate and its key (PEM). */
  client: { certFile: string; keyFile: string };
  /** Who signed the broker's certificate (PEM). */
  caFile: string;
  /** The ledger's own name, for SCRAM; for PLAIN there is `crm`, a system. */
  user: string;
  passwords: typeof PASSWORDS;
  /** Holds the password for SCRAM. */
  passwordFile: string;
  close(): Promise<void>;
}

/**
 * A Kafka whose clients come by SASL over TLS (SCRAM-SHA-512, PLAIN, or OAUTHBEARER with tokens that nobody signs), or by a certificate
 * of their own, and may do what they have a right to.
 */
export async function securedKafka(): Promise<SecuredKafka> {
  const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-secured-'));
  const passwordFile = join(dataDir, 'password');
  const keystore = join(dataDir, 'broker.pem');
  await writeFile(passwordFile, `${PASSWORDS.scram}\n`);
  await writeFile(keystore, `${await readFile(join(TLS, 'key.pem'), 'utf8')}${await readFile(join(TLS, 'cert.pem'), 'utf8')}`);
  const client = { certFile: join(TLS, 'client-cert.pem'), keyFile: join(TLS, 'client-key.pem') };
  const [own, mutual] = [await freePort(), await freePort()];
  const security = 'org.apache.kafka.common.security';
  const kafka = await startKafka({
    dataDir,
    users: { samtycke: PASSWORDS.scram },
    settings: ({ port, controllerPort }) => ({
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SECURED://127.0.0.1:${own},MUTUAL://127.0.0.1:${mutual}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURED://localhost:${own},MUTUAL://localhost:${mutual}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL,MUTUAL:SSL',
      'listener.name.secured.ssl.keystore.type': 'PEM',
      'listener.name.secured.ssl.keystore.location': keystore,
      'listener.name.secured.sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN,OAUTHBEARER',
      'listener.name.secured.oauthbearer.sasl.jaas.config': `${security}.oauthbearer.OAuthBearerLoginModule required;`,
      'listener.name.secured.scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
      'listener.name.secured.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_crm="${PASSWORDS.plain}";`,
      'listener.name.mutual.ssl.keystore.type': 'PEM',
      'listener.name.mutual.ssl.keystore.location': keystore,
      'listener.name.mutual.ssl.truststore.type': 'PEM',
      'listener.name.mutual.ssl.truststore.location': client.certFile,
      'listener.name.mutual.ssl.client.auth': 'required',
      'listener.name.mutual.ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
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
    mutualBrokers: `localhost:${mutual}`,
    client,
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
