/** What is needed of a storage of objects; keys are relative to its prefix. @throws StorageError from every method. */
export interface Bucket {
  /** Where it is, as people write it. */
  readonly name: string;
  /** A small object, whole; null: there is none. */
  get(key: string): Promise<Uint8Array | null>;
  /** An object's bytes from a place in it on. Reading may break off with any error: who reads asks again from there. */
  read(key: string, from: number): Promise<AsyncIterable<Uint8Array> | null>;
  /** null: there is none. */
  look(key: string): Promise<ObjectLook | null>;
  /** In the order of their keys. */
  list(prefix: string): AsyncIterable<ObjectLook & { readonly key: string }>;
  /**
   * Writes an object whole; the storage checks the bytes by their digest.
   * @param ifAbsent: what is there already stays as it is
   */
  put(key: string, bytes: Uint8Array, options?: { readonly ifAbsent: boolean }): Promise<void>;
  /** Makes the object young again, as if it had just been written, without sending it. */
  refresh(key: string): Promise<void>;
  /** Nothing happens when it is not there. */
  remove(key: string): Promise<void>;
  /** Starts an object that is written in parts; it is not there before its completion. */
  begin(key: string): Promise<Upload>;
  /** Uploads that were begun and not yet ended. */
  uploads(): AsyncIterable<{ readonly key: string; readonly begunAt: number; abort(): Promise<void> }>;
}

export interface ObjectLook {
  readonly size: number;
  /** Milliseconds since 1970, by the storage's clock. */
  readonly changedAt: number;
}

export interface Upload {
  /** @param number from 1 on; the parts are put together in this order */
  part(number: number, bytes: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}
