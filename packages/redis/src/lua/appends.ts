import { appendLua } from "./append.js";
import { topicLua } from "./topic.js";

/**
 * The appends of some topics, in order. Nearly all change no more than what is hot (see `hot.ts`), and go a short way.
 *
 * `KEYS`: `M` of each topic. `ARGV`: 2 how many arguments each topic has, then those of each, which are its appends. An append is its head, what
 * the head names, the first event's text, and for each further event the hash of its text, and the text. There are three heads:
 *
 * - the hash of the first event's text: one event, and no options;
 * - `k`, the hash in 16 characters, and an idempotency key: one event with that key;
 * - `e`, the hash in 16 characters, how many events there are, and what is named: `k` an idempotency key, `a` a cursor to append after, `o`
 *   options in JSON.
 *
 * Answers with one element for each append. On the short way it is a text: the epoch (16 characters), offset and mark of the cursor before, the time, and the new
 * marks. Otherwise see `append.ts`. If one fails, it is -1 and why, as for all of its topic: the others' appends are not lost by that.
 * One more element, -2 and why, says that watchers could not be told of what was appended.
 */
export const appendsLua = `
local match, concat, sub, byte = string.match, table.concat, string.sub, string.byte
local answers, at = {}, 3 -- in ARGV
local packed, epoch, mark, a, b, head, bytes, time, toHead, toBytes, toTime, life, ends, keys, firstKey, flags, said
local isChanged, isHeard = false, false
local news, size, newsAfter, newsMark = {}, 0, 0, '' -- what watchers are to be told
local toldLife, lifeText
local places, stamp = {}, format('%d', now)
local claimedIn, claimed -- a key that is not to stay if its append fails
local ofKey, ofMore, restAt = byte('k'), byte('e'), 18 -- heads, and what is behind their hash

-- Made if it is needed: to make its functions costs as much as an append.
local full, mend
local function makeFull()
${topicLua}
${appendLua}
  local function mend()
    local d = find()
    if d and takeUp(d) then keep(d) end
  end
  return append, mend
end

local function load()
  packed = call('GET', M)
  head = nil
  if not packed then return end
  epoch, mark, a, b, head, bytes, time, toHead, toBytes, toTime, life, ends, keys, firstKey, flags, said = struct.unpack(HOT, packed)
  isHeard = flags >= 4
  if time > now then now, stamp = time, format('%d', time) end -- the clock was put back: time stands still
end

local function tellNews()
  if life ~= toldLife then toldLife, lifeText = life, format('%d', life) end
  local text = lifeText
  if #news > 0 then text = format('%s %s %d %s ', lifeText, epoch, newsAfter, newsMark)..concat(news) end
  local told = redis.pcall(PUBLISH, channel, text)
  if type(told) == 'table' then untold, told = told.err, 0 end
  isHeard = told > 0
  size = 0
  if #news > 0 then news = {} end
end

local function save()
  if not isChanged then return end
  tellNews()
  flags = flags % 4 + (isHeard and 4 or 0)
  call('SETRANGE', M, '0', struct.pack('<c16c14ddddddddddddB',
    epoch, mark, a, b, head, bytes, time, toHead, toBytes, toTime, life, ends, keys, firstKey, flags))
  isChanged = false
end

-- The offset and the mark that a key was answered with. Nothing, if it is new: then it is noted.
local function claim(key, text)
  local isOdd = flags % 2 == 1
  local newest = stem..(isOdd and 'l' or 'k')
  local used
  if keys == FEW then text = long(text) end
  if call('HSETNX', newest, key, text) == 0 then return match(call('HGET', newest, key), '^%d+ (%d+) (%S+)') end
  claimedIn, claimed = newest, key
  if flags % 4 >= 2 then
    used = call('HGET', stem..(isOdd and 'k' or 'l'), key)
    if used and now - tonumber(match(used, '^%d+')) > DEDUPE_AGE then used = nil end
    if used then call('HDEL', newest, key) end
  end
  if not used then return nil end
  return match(used, '^%d+ (%d+) (%S+)')
end

-- Answers nothing if it changes more than what is hot.
local function appendHot(key, after, options, first, count, hash)
  if not head or head + count >= toHead or now > toTime then return nil end
  if key and (keys == 0 or keys >= DEDUPE_KEYS or now - firstKey > DEDUPE_AGE) then return nil end
  if after and (now < ends or after ~= format('%s %d %s', epoch, head, mark)) then return nil end
  if options and options ~= said then return nil end
  local total, more, newA, newB = bytes, 0, a, b
  for i = 1, count do
    local event = ARGV[first + 2 * i - 2]
    if i > 1 then hash = tonumber(ARGV[first + 2 * i - 3]) end
    local low = hash % HALF
    newA, newB = (newA * FACTOR_A + low) % PRIME, (newB * FACTOR_B + (hash - low) / HALF) % PRIME
    total = total + #event
    local place = format('%07x%07x %s %d', newA, newB, stamp, total)
    places[i], more = place, more + #place + #event
  end
  if total > toBytes then return nil end
  local newMark = sub(places[count], 1, 14)
  if key then
    local offset, ofMark = claim(key, format('%s %d %s', stamp, head + count, newMark))
    if offset then return {1, epoch, tonumber(offset), ofMark, -1} end
    keys = keys + 1
  end
  local answer = format('%s%d %s %s', epoch, head, mark, places[1])
  for i = 1, count do
    call('XADD', E, format('%d-0', head + i), places[i], ARGV[first + 2 * i - 2])
    if i > 1 then answer = answer..' '..sub(places[i], 1, 14) end
  end
  claimed = nil
  isChanged = true
  if isHeard then
    if size > 0 and size + more > CARRIED then tellNews() end
    if size == 0 then newsAfter, newsMark = head, mark end
    size = size + more
    if more <= CARRIED then
      for i = 1, count do
        local n = #news
        news[n + 1], news[n + 2], news[n + 3] = places[i], ' ', ARGV[first + 2 * i - 2]
      end
    end
  end
  a, b, mark, head, bytes, time = newA, newB, newMark, head + count, total, now
  return answer
end

local function appendAll(last)
  load()
  while at < last do
    local count, key, after, options = 1, nil, nil, nil
    local begin = ARGV[at]
    local hash = tonumber(begin)
    at = at + 1
    if not hash then
      hash = tonumber(sub(begin, 2, restAt - 1))
      if byte(begin) == ofKey then key = sub(begin, restAt)
      else
        local number, k, c, o = match(begin, '^(%d+)(k?)(a?)(o?)$', restAt)
        count = tonumber(number)
        if k ~= '' then key, at = ARGV[at], at + 1 end
        if c ~= '' then after, at = ARGV[at], at + 1 end
        if o ~= '' then options, at = ARGV[at], at + 1 end
      end
    end
    local first = at
    at = at + 2 * count - 1
    local answer = appendHot(key, after, options, first, count, hash)
    if not answer then
      save()
      if not full then full, mend = makeFull() end
      nameRest()
      answer = full(key, after, options, first, count, hash)
      load()
    end
    answers[#answers + 1] = answer
  end
  save()
end

-- How many appends are between two places.
local function countTo(last, from)
  local count = 0
  while from < last do
    local number, named = 1, ''
    if byte(ARGV[from]) == ofMore then number, named = match(ARGV[from], '^(%d+)(.*)$', restAt) end
    from = from + #named + 2 * number
    count = count + 1
  end
  return count
end

local function attempt(run, last)
  local isDone, failure = pcall(run, last)
  if isDone then return true end
  return false, type(failure) == 'table' and failure.err or tostring(failure)
end

local function mendAndAppend(last)
  mend()
  appendAll(last)
end

local function undo()
  if claimed then redis.pcall('HDEL', claimedIn, claimed) end
  claimed = nil
end

local topic = 0
for length in string.gmatch(ARGV[2], '%d+') do
  topic = topic + 1
  useTopic(KEYS[topic])
  if now ~= started then now, stamp = started, format('%d', started) end
  local from, answered = at, #answers
  local last = from + tonumber(length)
  local isDone, why = attempt(appendAll, last)
  -- The stream is beyond its description: an earlier append was refused a command half-way. None of these was made.
  if not isDone and match(why, 'equal or smaller') then
    undo()
    for i = #answers, answered + 1, -1 do answers[i] = nil end
    at, isChanged = from, false
    if not full then full, mend = makeFull() end
    nameRest()
    isDone, why = attempt(mendAndAppend, last)
  end
  if not isDone then
    if match(why, 'READONLY') then return redis.error_reply(why) end -- all of them
    undo()
    local due = answered + countTo(last, from)
    -- What was appended before is kept.
    if pcall(save) then answered = #answers end
    isChanged, news, size = false, {}, 0
    for i = answered + 1, due do answers[i] = {-1, why} end
    at = last
  end
end
if untold then answers[#answers + 1] = {-2, untold} end
return answers`;
