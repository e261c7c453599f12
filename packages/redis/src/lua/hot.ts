/**
 * In front of all scripts: a topic's keys, the time, and what an append reads and changes, at the start of `M`. It is packed with a
 * fixed length, but for its end, and so can be replaced without the rest:
 *
 * - the epoch, the head's mark and the two numbers that the mark is of, its offset, the bytes of all entries, and its time;
 * - the head, the bytes and the time up to which an append changes nothing else (0: each does);
 * - what watchers are told (how long the topic is kept without them), and when its lease ends;
 * - the idempotency keys: how many the hash has that takes new ones, and when its first was used;
 * - flags: 1 if new keys are put in `L`, 2 if the other hash has some, too, 4 if there was a watcher when the topic was told of last;
 * - the options that were given last, as text.
 *
 * A mark chains what each event's text hashes to, which the writer has computed: `(number * FACTOR + hash) % PRIME`, twice.
 *
 * Scripts make few texts of events: Lua goes through all characters of each text that it makes.
 */
export const hotLua = `
local call, format = redis.call, string.format
local M, E, S, K, L, channel
local untold -- why watchers could not be told
local clock = call('TIME')
local started = clock[1] * 1000 + math.floor(clock[2] / 1000) + SHIFT
local now = started
local HOT = '<c16c14ddddddddddddBs'
-- A hash of few and short fields is a list, which Redis goes through for each key. A longer value, once, makes it a table.
local FEW = 16
local function long(text) return format('%-72s', text) end
local PRIME, FACTOR_A, FACTOR_B, HALF = 67108859, 38177487, 59610277, 67108864

-- A topic's keys are in one slot: their names differ only at their ends. Of those, appends seldom use more than two.
local stem
local function useTopic(key)
  M, stem = key, string.sub(key, 1, -2)
  E, channel = stem..'e', stem..'c'
  S, K, L = nil, nil, nil
end
local function nameRest() S, K, L = stem..'s', stem..'k', stem..'l' end
`;
