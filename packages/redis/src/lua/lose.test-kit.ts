import { hotLua } from "./hot.js";
import { topicLua } from "./topic.js";

/**
 * Takes a topic's newest entries away, and what came with them, as a failover does. `ARGV`: 2 how many, 3 what the kept appends said:
 * `record`, `ttl` and `retain`, in JSON.
 */
export const loseLua = `${hotLua}useTopic(KEYS[1])
nameRest()
${topicLua}
local d = look()
local to, kept = d[head] - tonumber(ARGV[2]), cjson.decode(ARGV[3])
d[record], d[ttl] = kept.record or false, kept.ttl or -1
d[retain], d[maxEvents], d[maxBytes], d[maxAge], d[stateTtl] = '', EVENTS, BYTES, AGE, STATE_TTL
if kept.retain then d[retain], d[maxEvents], d[maxBytes], d[maxAge], d[stateTtl] = 'given', unpack(kept.retain) end
d[mark] = markAt(d, to)
d[bytes] = to > 0 and tonumber(match(placeAt(to), '(%d+)$')) or 0
if call('EXISTS', E) == 1 then
  -- Anew: a stream knows the last id that was deleted from it, as that of a replica that never had the entry does not.
  local rows, due = to > 0 and call('XRANGE', E, '-', id(to)) or {}, call('PTTL', E)
  call('DEL', E)
  call('XGROUP', 'CREATE', E, 'none', '0', 'MKSTREAM')
  call('XGROUP', 'DESTROY', E, 'none')
  for _, row in ipairs(rows) do call('XADD', E, row[1], unpack(row[2])) end
  if due > 0 then call('PEXPIRE', E, due) end
end
d[head], d[said] = to, ''
for _, hash in ipairs({K, L}) do
  local used = call('HGETALL', hash)
  for i = 1, #used, 2 do
    if tonumber(match(used[i + 1], '^%d+ (%d+)')) > to then
      call('HDEL', hash, used[i])
      if hash == (keyHashes(d)) then d[keys] = d[keys] - 1 end
    end
  end
end
if d[before] == d[head] then d[oldest] = NEVER end
keep(d)
return 1`;
