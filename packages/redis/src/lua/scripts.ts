import { appendsLua } from "./appends.js";
import { constantsLua, type ScriptSettings } from "./constants.js";
import { hotLua } from "./hot.js";
import { topicLua } from "./topic.js";

/** `ARGV`: 2 where to start (`oldest`, `last`, `snapshot` or `at`), 3 to 5 a cursor (or in 4 how many), 6 the limit, 7 `1`: snapshot on a gap. */
const openLua = `
local d, isChanged = look()
if arm(d, false) or isChanged then keep(d) end
local from, offset, limit = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[6])
local page, snapshot, rest = nil, false, false
if from == 'at' then
  page = read(d, ARGV[3], offset, ARGV[5], limit)
  if page[1] ~= '' and ARGV[7] == '1' and d[saved] >= 0 then
    snapshot = {d[saved], d[savedMark], call('GET', S)}
    rest = read(d, d[epoch], d[saved], d[savedMark], limit)
  end
elseif from == 'snapshot' and d[saved] >= 0 then
  snapshot = {d[saved], d[savedMark], call('GET', S)}
  page = read(d, d[epoch], d[saved], d[savedMark], limit)
else
  local start = d[before]
  if from == 'last' then start = math.max(start, d[head] - offset) end
  local at, texts = pageAfter(d, start, limit)
  page = {'', start, at, texts}
end
return {d[epoch], d[head], d[mark], d[record], page, snapshot, rest}`;

/** `ARGV`: 2 the key. */
const findLua = `
local d = find()
if not d then return false end
local offset, ofMark = usedAt(d, ARGV[2])
if not offset then return false end
return {d[epoch], offset, ofMark}`;

/** `ARGV`: 2 to 4 the cursor, 5 the data. */
const saveLua = `
local d = look()
local offset = tonumber(ARGV[3])
if gapAt(d, ARGV[2], offset, ARGV[4]) or offset <= d[saved] then return 0 end
d[saved], d[savedMark], d[stateful] = offset, ARGV[4], 1
call('SET', S, ARGV[5])
shrink(d)
arm(d, true)
keep(d)
return 1`;

/** `ARGV`: 2 to 4 the cursor. */
const trimLua = `
local d = find()
local offset = tonumber(ARGV[3])
if not d or gapAt(d, ARGV[2], offset, ARGV[4]) then return 0 end
d[before] = math.max(d[before], math.min(offset, ceiling(d)))
cut(d)
if d[before] == d[head] then d[oldest] = NEVER end
keep(d)
return 1`;

/** `ARGV`: 2 the holder, 3 its ttl. Answers with the epoch and the token, or nothing. */
const acquireLua = `
local d, isChanged = look()
if not isHeld(d) then d[token], d[holder] = d[token] + 1, ARGV[2]
elseif d[holder] ~= ARGV[2] then return false end
d[ends] = now + tonumber(ARGV[3])
arm(d, false)
keep(d)
return {d[epoch], d[token]}`;

/** `ARGV`: 2 to 4 the lease's epoch, token and holder, 5 its ttl; 0 gives it back. */
const renewLua = `
local d = find()
if not d or not isHeld(d) or ARGV[2] ~= d[epoch] or tonumber(ARGV[3]) ~= d[token] or ARGV[4] ~= d[holder] then return 0 end
d[ends] = now + tonumber(ARGV[5])
arm(d, false)
keep(d)
return 1`;

/** Somebody watches, or has just stopped. Answers how long the topic would be kept without that; 0: for ever; and its epoch, if it has one. */
const touchLua = `
local d = find()
if not d then return {IDLE, ''} end
local isKept = lifeOf(d) and lifeOf(d) < NEVER
if isKept then d[quiet] = now end
if arm(d, false) or isKept then keep(d) end
local life = span(d)
return {life < NEVER and life or 0, d[epoch]}`;

const freeLua = `
call('UNLINK', M, E, S, K, L)
tell(nil, '')
if untold then return redis.error_reply(untold) end
return 1`;

/** `ARGV`: 2 commands, in JSON. Answers with the places of those that the user may not use. Needs no right but the one to run it. */
const rightsLua = `
local missing = {}
if redis.acl_check_cmd then
  for i, command in ipairs(cjson.decode(ARGV[2])) do
    local isKnown, may = pcall(redis.acl_check_cmd, unpack(command))
    if isKnown and not may then missing[#missing + 1] = i end
  end
end
return missing`;

const oneTopicLua = `useTopic(KEYS[1])
nameRest()
${topicLua}`;

const bodies = {
  append: appendsLua,
  open: oneTopicLua + openLua,
  find: oneTopicLua + findLua,
  save: oneTopicLua + saveLua,
  trim: oneTopicLua + trimLua,
  acquire: oneTopicLua + acquireLua,
  renew: oneTopicLua + renewLua,
  touch: oneTopicLua + touchLua,
  free: oneTopicLua + freeLua,
};

export type ScriptName = keyof typeof bodies | "rights";

/** The source of each script. */
export function scriptsOf(settings: ScriptSettings): Readonly<Record<ScriptName, string>> {
  const start = constantsLua(settings) + hotLua;
  const sources = Object.entries(bodies).map(([name, body]) => [name, start + body]);
  return { ...Object.fromEntries(sources), rights: rightsLua } as Record<ScriptName, string>;
}
