import type { Handlers } from '#consumer';

/** Under which a method says what it handles. */
const HANDLES = Symbol.for('samtycke:handles');

type Name = keyof Handlers<never>;
/** What a method is marked to handle. */
export const handledBy = (method: object): Name[] => (Reflect.getMetadata(HANDLES, method) as Name[] | undefined) ?? [];

type Method<K extends Name> = (...given: Parameters<NonNullable<Handlers<never>[K]>>) => Promise<void> | void;

/**
 * Marks a method of a provider as a handler, called as `handlers[name]` of the consumer would be: in the transaction that
 * applies the event, whose type hangs on the store. Several methods may handle the same; each runs after the other, in
 * that transaction, and if one throws nothing of it stays; one method may handle several. On a provider of
 * request or transient scope the application does not start: no instance of it is there to be called.
 */
export const Handles =
  <K extends Name>(name: K) =>
  <M extends Method<K>>(_target: object, _key: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    if (descriptor.value) Reflect.defineMetadata(HANDLES, [...handledBy(descriptor.value), name], descriptor.value);
  };

export const OnGranted = () => Handles('onGranted');
export const OnWithdrawn = () => Handles('onWithdrawn');
export const OnErased = () => Handles('onErased');
export const OnEvent = () => Handles('onEvent');
