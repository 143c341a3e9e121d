import type { Category } from "../../src/assets/asset.ts";
import { until } from "../support/until.ts";
import { clearFaults, orderFault } from "../support/ai_control.ts";
import { connectDevice, type Device } from "./client/device.ts";
import { createHistory, type Operation } from "./client/history.ts";
import { picture } from "./client/picture.ts";
import { newUser, type User } from "./client/user.ts";
import type { Call } from "../../dev/sample_ai/call_log.ts";
import type { Violation } from "./judge/violation.ts";
import type { RoleSlot } from "./world/role_slot.ts";
import type { World } from "./world/world.ts";

export interface SubmitOptions {
  readonly api?: RoleSlot;
  readonly user?: User;
  readonly category?: Category;
  readonly idempotencyKey?: string;
  /** Whether the fault is meant to fail the asset. */
  readonly mayFail?: boolean;
  /** What the client sends to instead of the API itself. */
  readonly url?: string;
}

/** One go at a row's fault: users of its own, what they did and what they heard. */
export interface Round extends Disposable {
  readonly world: World;
  readonly number: number;
  /** 0..1, the same in each run with the same seed. */
  readonly random: () => number;
  readonly user: User;
  readonly admin: User;
  readonly users: readonly User[];
  readonly devices: readonly Device[];
  readonly operations: readonly Operation[];
  /** What the row itself has found. */
  readonly findings: Violation[];
  /** When the fault was over, for the time that recovery takes. */
  faultOverAt: number | undefined;
  submit(options?: SubmitOptions): Promise<Operation>;
  /** So many at once, over all APIs. */
  submitMany(count: number, options?: SubmitOptions): Promise<Operation[]>;
  ask(
    kind: Operation["kind"],
    path: string,
    options?: {
      user?: User;
      api?: RoleSlot;
      assetId?: string;
      method?: string;
      mayFail?: boolean;
    },
  ): Promise<Operation>;
  /** One more user with devices. */
  enter(): Promise<User>;
  /** Puts what has to be so on record when it is not. */
  expect(isSo: boolean, invariant: string, what: string): void;
  faultOver(): void;
  /** The AI's calls for an asset. */
  callsOf(assetId: string): Promise<Call[]>;
  orderFault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  until<T>(what: string, probe: () => T | Promise<T>, withinMs?: number): Promise<NonNullable<T>>;
}

export interface RoundOptions {
  readonly world: World;
  readonly number: number;
  readonly random: () => number;
}

/** Everybody is connected when it returns, so that nothing is missed. */
export async function openRound({ world, number, random }: RoundOptions): Promise<Round> {
  using resources = new DisposableStack();
  const history = resources.use(createHistory());
  const users: User[] = [];
  const devices: Device[] = [];
  const findings: Violation[] = [];
  const urls = world.apis.map(({ url }) => url);

  async function enter(): Promise<User> {
    const user = await newUser();
    users.push(user);
    const own = [0, 1].map((nth) =>
      connectDevice(`device ${nth + 1}`, urls[nth % urls.length] ?? "", user)
    );
    for (const device of await Promise.all(own)) devices.push(resources.use(device));
    return user;
  }

  const [user, bystander, admin] = [
    await enter(),
    await newUser(),
    await newUser({ role: "admin" }),
  ];
  users.push(bystander);
  devices.push(resources.use(await connectDevice("bystander", urls[0] ?? "", bystander)));
  const findApi = (nth: number) => {
    const api = world.apis[nth % world.apis.length];
    if (!api) throw new TypeError("This world has no API");
    return api;
  };

  const opened = resources.move();
  const round: Round = {
    ...{ world, number, random, user, admin, users, devices, findings, enter },
    operations: history.operations,
    faultOverAt: undefined,
    submit(
      {
        api = findApi(0),
        user: by = user,
        category = "camera",
        idempotencyKey,
        url,
        mayFail = false,
      } = {},
    ) {
      const body = new FormData();
      body.append("category", category);
      body.append("image", picture);
      return history.record({
        ...{ kind: "submit", userId: by.userId, token: by.token, api: api.name, body, mayFail },
        url: `${url ?? api.url}/api/assets/analyze-queue`,
        ...(idempotencyKey && { idempotencyKey }),
      });
    },
    submitMany: (count, options) =>
      Promise.all(
        Array.from({ length: count }, (_, nth) => round.submit({ api: findApi(nth), ...options })),
      ),
    ask(kind, path, { user: by = user, api = findApi(0), assetId, method, mayFail = false } = {}) {
      return history.record({
        ...{
          kind,
          userId: by.userId,
          token: by.token,
          api: api.name,
          url: api.url + path,
          mayFail,
        },
        ...(assetId && { assetId }),
        ...(method && { method }),
      });
    },
    expect(isSo, invariant, what) {
      if (!isSo) findings.push({ invariant, what });
    },
    faultOver: () => void (round.faultOverAt = Date.now()),
    async callsOf(assetId) {
      const response = await fetch(`${world.ai.url}/calls?match=${assetId}`);
      return (await response.json()).calls;
    },
    orderFault: (fault) => orderFault(world.ai.url, fault),
    clearFaults: () => clearFaults(world.ai.url),
    until: (what, probe, withinMs) => until(what, probe, withinMs),
    [Symbol.dispose]: () => opened.dispose(),
  };
  return round;
}
