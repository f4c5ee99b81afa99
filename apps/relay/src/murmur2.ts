const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

const mixed = (value: number): number => {
  const once = Math.imul(value, MIX);
  return Math.imul(once ^ (once >>> 24), MIX);
};

/**
 * The hash by which every Kafka client finds the partition of a key: 32-bit MurmurHash2 as org.apache.kafka.common.utils.Utils
 * computes it. kafkajs has it too, in 64-bit arithmetic of its own that costs ten times as much.
 */
export function murmur2(key: Buffer): number {
  let hash = SEED ^ key.length;
  const whole = key.length & ~3;
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, MIX) ^ mixed(key.readInt32LE(at));
  if (whole < key.length) {
    for (let at = key.length - 1; at >= whole; at -= 1) hash ^= (key[at] ?? 0) << (8 * (at - whole));
    hash = Math.imul(hash, MIX);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}
