import { type Connection, Schema, type Types } from "mongoose";
import { SCHEMA_OPTIONS } from "./schema_options.ts";

/** One document of the collection `idempotency_keys`. */
export interface IdempotencyKeyRecord {
  /** The user's id and the key: unique without an index that would have to be there first. */
  _id: string;
  assetId: Types.ObjectId;
  digest: string;
  isAccepted: boolean;
  heldUntil: Date;
  expiresAt: Date;
}

const idempotencyKeySchema = new Schema<IdempotencyKeyRecord>(
  {
    _id: String,
    assetId: { type: Schema.Types.ObjectId, required: true, unique: true },
    digest: { type: String, required: true },
    isAccepted: { type: Boolean, required: true },
    heldUntil: { type: Date, required: true },
    expiresAt: { type: Date, required: true, index: { expires: 0 } },
  },
  {
    collection: "idempotency_keys",
    ...SCHEMA_OPTIONS,
  },
);

/** The model of the collection `idempotency_keys` on that connection. */
export function idempotencyKeyModel(connection: Connection) {
  return connection.model<IdempotencyKeyRecord>("IdempotencyKey", idempotencyKeySchema);
}
