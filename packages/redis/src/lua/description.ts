/** What is at `M`: all that is known of a topic but its entries, its snapshot and its keys. See `hot.ts` for how it begins. */
export const descriptionLua = `
local match, sub = string.match, string.sub
-- The places in a topic's description.
local epoch, head, mark = 1, 2, 3 -- the cursor of the last entry
local before = 4 -- the offset before the oldest entry
local first, dropped = 5, 6 -- the stream begins at this offset; up to it, entries had this many bytes
local bytes = 7 -- of all entries there ever were
local time = 8 -- of the last entry
local oldest = 9 -- no entry is older than this
local saved, savedMark = 10, 11 -- the snapshot's cursor; -1: none
local stateful = 12 -- 1 or 0
local ttl = 13 -- as given by an append; -1: none
local quiet = 14 -- when something was appended last, or somebody watched
local keys, firstKey = 15, 16 -- of the hash that takes new ones: how many, and when the first was used
local token, ends, holder = 17, 18, 19 -- the last lease
local expires = 20 -- when Redis frees the keys; 0: never
local record = 21 -- false: none
local retain = 22 -- as given by an append; '': the engine's own, which are in:
local maxEvents, maxBytes, maxAge, stateTtl = 23, 24, 25, 26
local turn, olderKeys = 27, 28 -- which hash takes new keys; 1: the other one has some
local said = 29 -- the options that were given last, as they were: given again, they change nothing

-- A number in Lua's own format would lose digits from 1e15 on.
local function int(n) return format('%d', n) end
local function id(offset) return format('%d-0', offset) end

-- How long the topic is kept after it got quiet, if it is freed by that.
local function lifeOf(d)
  if d[ttl] >= 0 then return d[ttl] end
  if d[stateful] == 1 then return d[stateTtl] end
end

-- Up to where entries may be dropped: of a topic with state, only what its snapshot covers.
local function ceiling(d)
  if d[stateful] == 0 then return d[head] end
  return math.max(d[saved], 0)
end

-- The topic, if it has a life.
local function find()
  local packed = call('GET', M)
  if not packed then return nil end
  local h = {struct.unpack(HOT, packed)}
  local d = cmsgpack.unpack(sub(packed, h[#h]))
  d[head], d[bytes], d[time], d[keys], d[said] = h[5], h[6], h[7], h[13], h[16]
  if d[head] > 0 then d[mark] = h[2] end
  if d[quiet] < d[time] then d[quiet] = d[time] end
  d[before] = math.max(d[before], math.min(d[head] - d[maxEvents], ceiling(d)))
  if d[time] > now then now = d[time] end -- the clock was put back: time stands still
  local life = lifeOf(d)
  if life and now - d[quiet] >= life then return nil end
  return d
end

local function begin()
  call('UNLINK', M, E, S, K, L)
  local minted = sub(redis.sha1hex(ARGV[1]..M..clock[1]..' '..clock[2]), 1, 16)
  return {minted, 0, '0', 0, 0, 0, 0, 0, NEVER, -1, '', 0, -1, now, 0, 0, 0, 0, '', 0, false, '', EVENTS, BYTES, AGE, STATE_TTL,
    0, 0, ''}
end

-- How long the keys must stay, and from when on. NEVER: they don't expire.
local function span(d)
  local life = lifeOf(d)
  if life then return life, d[quiet] end
  if d[record] then return NEVER, now end
  life = 0
  if d[before] < d[head] then life = d[maxAge] end
  if d[keys] > 0 or d[olderKeys] > 0 then life = math.max(life, DEDUPE_AGE) end
  return math.max(life + IDLE, d[ends] - now), now
end

-- Until when the hashes of keys must stay, however long the topic does: a hash takes keys for DEDUPE_AGE, and each is known for as long.
local function keysDue(d, due)
  if DEDUPE_AGE >= NEVER then return due end
  return math.min(due, d[firstKey] + 2 * DEDUPE_AGE + 1)
end

local function expireAt(due, ...)
  for _, key in ipairs({...}) do
    if due >= NEVER then call('PERSIST', key) else call('PEXPIREAT', key, int(due)) end
  end
end

-- Has the keys expire in time. Not with each call: they get an eighth more than they need. True if the description must be kept.
local function arm(d, isNew)
  local life, from = span(d)
  if life >= NEVER then
    if d[expires] == 0 and not isNew then return false end
    d[expires] = 0
    expireAt(NEVER, E, S)
    expireAt(keysDue(d, NEVER), K, L)
    return true
  end
  local due = from + life
  if not isNew and d[expires] >= due and d[expires] - due <= life + 1000 then return false end
  d[expires] = due + math.floor(life / 8) + 1000
  expireAt(d[expires], E, S)
  expireAt(keysDue(d, d[expires]), K, L)
  return true
end

-- The two numbers of a mark. Before the first entry they come from the epoch, so that a mark is of one life.
local function numbersOf(d)
  local digits = d[head] == 0 and sub(d[epoch], 1, 6)..'0'..sub(d[epoch], 7, 13) or d[mark]
  return tonumber(sub(digits, 1, 7), 16) % PRIME, tonumber(sub(digits, 8, 14), 16) % PRIME
end

-- Up to which head, sum of bytes and time an append changes no more than what is hot.
local function bounds(d)
  if d[before] == d[head] then return 0, 0, 0 end
  local life, top = span(d), ceiling(d)
  local toHead, toBytes, toTime = NEVER, NEVER, NEVER
  if d[stateful] == 0 or top - d[first] >= 64 then toHead = d[first] + 64 + d[maxEvents] end
  if d[stateful] == 0 or d[before] < top then
    toBytes = d[dropped] + d[maxBytes]
    if d[ttl] < 0 then toTime = d[oldest] + d[maxAge] end
  end
  if life < NEVER then
    toTime = math.min(toTime, d[expires] - life)
    if lifeOf(d) then toTime = math.min(toTime, d[quiet] + life - 1) end
  end
  return toHead, toBytes, toTime
end

local function keep(d)
  local a, b = numbersOf(d)
  local life = span(d)
  if life >= NEVER then life = 0 end
  local ofMark = d[head] > 0 and d[mark] or '00000000000000'
  local toHead, toBytes, toTime = bounds(d)
  local flags = d[turn] + 2 * d[olderKeys] + 4
  local packed = struct.pack(HOT, d[epoch], ofMark, a, b, d[head], d[bytes], d[time], toHead, toBytes, toTime,
    life, d[ends], d[keys], d[firstKey], flags, d[said])
  packed = packed..cmsgpack.pack(d)
  if d[expires] > 0 then call('SET', M, packed, 'PXAT', int(d[expires])) else call('SET', M, packed) end
end
`;
