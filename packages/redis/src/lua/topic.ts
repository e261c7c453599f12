import { descriptionLua } from "./description.js";
import { idempotencyKeysLua } from "./idempotency-keys.js";

/**
 * What all scripts share: a topic as Redis keeps it. A topic has five keys in one slot:
 *
 * - `M` its description, below: what each append reads and changes (`hot.ts`), and all of it packed by cmsgpack;
 * - `E` the stream of its entries. The id of an entry is its offset. Its only field is named by the entry's mark, its time and the bytes
 *   of all entries so far, and has the event's text (see `entry-text.ts`);
 * - `S` its saved snapshot;
 * - `K` and `L` hashes of its idempotency keys: when each was used, and the cursor that it was answered with. One takes new keys until
 *   it is full, or its first key is too old. By then the keys of the other one may be forgotten, and it takes new ones.
 *
 * The stream keeps one entry more than the topic: the one before the oldest. So the cursor there has its mark, and one XRANGE both
 * verifies a cursor and reads on from it. Entries that retention has dropped are trimmed from the stream some at a time.
 */
export const topicLua = `${descriptionLua}${idempotencyKeysLua}
-- An entry's mark, time and bytes of all entries so far, as a text. Its event is beside it.
local function placeAt(offset)
  local row = call('XRANGE', E, id(offset), id(offset))[1]
  return row and row[2][1]
end

local function markAt(d, offset)
  if offset == d[head] then return d[mark] end
  if offset == 0 then return '0' end
  local place = placeAt(offset)
  return place and match(place, '^%S+')
end

local function gapAt(d, ofEpoch, offset, ofMark)
  if ofEpoch ~= d[epoch] then return 'epoch' end
  if offset < 0 or offset > d[head] then return 'diverged' end
  if offset < d[before] then return 'trimmed' end
  if markAt(d, offset) ~= ofMark then return 'diverged' end
end

local function cut(d)
  if d[before] == d[first] then return end
  d[dropped] = tonumber(match(placeAt(d[before]), '(%d+)$'))
  d[first] = d[before]
  call('XTRIM', E, 'MINID', '=', id(d[before]))
end

-- Drops entries that are too many or too old. True if there were some.
local function shrink(d)
  local was, top = d[before], ceiling(d)
  d[before] = math.max(was, math.min(d[head] - d[maxEvents], top))
  local isOld = d[ttl] < 0 and now - d[oldest] > d[maxAge]
  local isBig = d[bytes] - d[dropped] > d[maxBytes] and d[head] - d[before] > 1
  if d[before] < top and (isOld or isBig) then
    local sum, done = nil, false
    while not done and d[before] < top do
      local rows = call('XRANGE', E, id(d[before]), '+', 'COUNT', 65)
      if not sum then sum = 0 end
      for i = 1, #rows do
        local at, size = match(rows[i][2][1], '^%S+ (%d+) (%d+)')
        at, size = tonumber(at), tonumber(size)
        if i == 1 and d[before] > 0 then
          sum = size -- of the entry before the oldest
        else
          local isTooMuch = d[bytes] - sum > d[maxBytes] and d[head] - d[before] > 1
          d[oldest] = at
          if d[before] >= top or not (isTooMuch or (d[ttl] < 0 and now - at > d[maxAge])) then done = true break end
          d[before], sum = d[before] + 1, size
        end
      end
      if #rows < 65 then break end
    end
    if d[before] ~= was then cut(d) end
  elseif d[before] - d[first] >= 64 then cut(d) end
  if d[before] == d[head] then d[oldest] = NEVER end
  return d[before] ~= was
end

-- Takes entries up that an append left in the stream without a word in the description, as one does that was refused a command
-- half-way. True if there were some.
local function takeUp(d)
  local rows = call('XRANGE', E, id(d[head] + 1), '+')
  if #rows == 0 then return false end
  local last = rows[#rows]
  local ofMark, at, size = match(last[2][1], '^(%S+) (%d+) (%d+)')
  d[head], d[mark], d[bytes], d[time] = tonumber(match(last[1], '^%d+')), ofMark, tonumber(size), tonumber(at)
  d[oldest], d[quiet] = math.min(d[oldest], d[time]), math.max(d[quiet], d[time])
  if d[time] > now then now = d[time] end
  return true
end

-- The topic as it is now, with what has aged dropped; begun if it has no life. Second: whether it must be kept.
local function look()
  local d = find()
  if not d then
    d = begin()
    arm(d, true)
    return d, true
  end
  if takeUp(d) then return d, true end
  return d, d[ttl] < 0 and now - d[oldest] > d[maxAge] and shrink(d)
end

-- The entries after an offset: the mark there, and their texts.
local function pageAfter(d, start, limit)
  local texts = {}
  if start == d[head] then return d[mark], texts end
  if start == 0 then
    if limit > 0 then
      for i, row in ipairs(call('XRANGE', E, '-', '+', 'COUNT', int(limit))) do texts[i] = row[2][1]..' '..row[2][2] end
    end
    return '0', texts
  end
  local rows = call('XRANGE', E, id(start), '+', 'COUNT', int(limit + 1))
  for i = 2, #rows do texts[i - 1] = rows[i][2][1]..' '..rows[i][2][2] end
  return rows[1] and match(rows[1][2][1], '^%S+'), texts
end

-- A page or a gap after a cursor, as open-answer.ts reads it.
local function read(d, ofEpoch, offset, ofMark, limit)
  local reason = gapAt(d, ofEpoch, offset, ofMark)
  if reason then return {reason, d[before], markAt(d, d[before]), {}} end
  local at, texts = pageAfter(d, offset, limit)
  return {'', offset, at, texts}
end

local function isHeld(d) return now < d[ends] end

-- Tells the topic's watchers. They also learn how often they must say that they watch.
local function tell(d, news)
  local life = NEVER
  if d then life = span(d) end
  if life >= NEVER then life = 0 end
  local told = redis.pcall(PUBLISH, channel, int(life)..news)
  if type(told) == 'table' then untold = told.err end
end
`;
