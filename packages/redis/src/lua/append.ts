/**
 * An append that may change anything of its topic. It is a function in the script `append`, made when it is needed.
 *
 * Its arguments: an idempotency key, a cursor after which to append, and options in JSON, each or nothing; where the events begin in `ARGV`, how many
 * they are, and the hash of the first one's text. An event is its text and, unless it is the first, its text's hash before that.
 *
 * Answers 0 appended, with what the entries' cursors take; 1 a duplicate; 2 leased; 3 moved, with a page.
 */
export const appendLua = `
local function append(key, after, options, first, count, hash)
  local d = find()
  local isNew = not d
  -- Changes nothing. Redis refuses it when memory runs short, as it refuses nothing any more after a script's first write.
  call('SETRANGE', M, '0', '')
  if isNew then d = begin() end
  local given = options and cjson.decode(options)
  local lease, took = given and given.lease, false
  if lease and isHeld(d) and lease.holder == d[holder] then
    took = not lease.token or (lease.token == d[token] and lease.epoch == d[epoch])
  end
  if key then
    local offset, ofMark = usedAt(d, key)
    if offset then return {1, d[epoch], offset, ofMark, took and d[token] or -1} end
  end
  if lease and not took and (lease.token or isHeld(d)) then return {2} end
  if after and not lease and isHeld(d) then return {2} end
  if after and after ~= d[epoch]..' '..int(d[head])..' '..d[mark] then
    if isNew then arm(d, true) end
    if shrink(d) or isNew then keep(d) end
    local ofEpoch, offset, ofMark = match(after, '^(.-) (%-?%d+) (.*)$')
    return {3, d[epoch], d[head], d[mark], d[record], read(d, ofEpoch, tonumber(offset), ofMark, 512)}
  end
  if given then
    if given.stateful then d[stateful] = 1 end
    if given.record then d[record] = given.record end
    if given.ttl then d[ttl] = given.ttl end
    if given.retain then d[retain], d[maxEvents], d[maxBytes], d[maxAge], d[stateTtl] = 'given', unpack(given.retain) end
    if lease then
      if not took then d[token], d[holder] = d[token] + 1, lease.holder end
      d[ends] = now + lease.ttl
    end
    d[said] = lease and '' or options
  end

  local start, startMark, offset, sum = d[head], d[mark], d[head], d[bytes]
  local a, b = numbersOf(d)
  local stamp, answer, news, size = int(now), {0, d[epoch], start, startMark, now, -1}, {}, 0
  local texts = {}
  for i = 1, count do
    local event = ARGV[first + 2 * i - 2]
    if i > 1 then hash = tonumber(ARGV[first + 2 * i - 3]) end
    local low = hash % HALF
    a, b = (a * FACTOR_A + low) % PRIME, (b * FACTOR_B + (hash - low) / HALF) % PRIME
    offset, sum = offset + 1, sum + #event
    local ofMark = format('%07x%07x', a, b)
    local place = format('%s %s %d', ofMark, stamp, sum)
    texts[i] = place
    answer[#answer + 1] = ofMark
    size = size + #place + #event
    if size <= CARRIED then news[#news + 1] = place..' '..event end
  end
  -- Before the entries: if the key can't be kept, nothing is appended that a retry would append again.
  local isMore = start == 0
  if key then
    if remember(d, key, stamp..' '..int(offset)..' '..answer[#answer]) then isMore = true end
    claimedIn, claimed = keyHashes(d), key
  end
  for i = 1, count do call('XADD', E, id(start + i), texts[i], ARGV[first + 2 * i - 2]) end
  claimed = nil
  if d[oldest] > now then d[oldest] = now end
  d[head], d[mark], d[bytes], d[time], d[quiet] = offset, answer[#answer], sum, now, now

  shrink(d)
  arm(d, isNew or isMore)
  keep(d)
  if lease then answer[6] = d[token] end
  if size <= CARRIED then
    tell(d, ' '..d[epoch]..' '..int(start)..' '..startMark..' '..table.concat(news))
  else tell(d, '') end
  return answer
end
`;
