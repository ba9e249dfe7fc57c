namespace Tessera.Messaging.Redis;

/// <summary>
/// What must happen at the server in one piece. Each script works on the keys of one partition, which share a slot.
/// A reader's scripts compare the lease first, so a reader that lost its partition can neither read nor settle there.
/// </summary>
internal static class Scripts
{
    /// <summary>KEYS lease, fence. ARGV member, duration ms, the lease held or '-'. Renews the lease held, or takes
    /// one: returns its value, or '' when there is nothing to renew or another holds it.</summary>
    /// <remarks>A renewal takes nothing: it may come behind the release of the same process, which would not know of
    /// what it took. An expiry further ahead than the duration has passed: the server's clock, by which it expires, was
    /// set back since.</remarks>
    public const string Hold = """
        local held = redis.call('GET', KEYS[1])
        if held and held ~= ARGV[3] and redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then held = false end
        if held then
          if held ~= ARGV[3] then return '' end
          redis.call('PEXPIRE', KEYS[1], ARGV[2])
          return held
        end
        if ARGV[3] ~= '-' then return '' end
        local lease = redis.call('INCR', KEYS[2]) .. '/' .. ARGV[1]
        redis.call('SET', KEYS[1], lease, 'PX', ARGV[2])
        return lease
        """;

    /// <summary>KEYS lease. ARGV lease value. Gives the partition back.</summary>
    public const string Release = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])
        """;

    /// <summary>KEYS stream, lease. ARGV lease value, group, count, from, then ids to settle. Settles,
    /// then reads: entries still pending after the id <c>from</c>, or new ones when it is '>'. False when
    /// the lease is another's.</summary>
    /// <remarks>All readers of a group use one consumer name: the lease allows one at a time, and the next
    /// one finds what the last one left under that name, in order, without waiting for an idle time
    /// and without claiming.</remarks>
    public const string Turn = """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return false end
        local last = #ARGV
        if last > 4 then
          for first = 5, last, 1000 do
            redis.call('XACK', KEYS[1], ARGV[2], unpack(ARGV, first, math.min(first + 999, last)))
          end
        end
        if ARGV[3] == '0' then return {} end
        local read = redis.call('XREADGROUP', 'GROUP', ARGV[2], 'reader', 'COUNT', ARGV[3], 'STREAMS', KEYS[1], ARGV[4])
        if not read then return {} end
        return read[1][2]
        """;

    /// <summary>
    /// KEYS stream. ARGV step, the id below which entries go when there is no group. Removes what every group has
    /// settled, at most about a step of it. Returns the number removed, and the group that holds back the most with
    /// the number of its entries unsettled or unread.
    /// </summary>
    public const string Trim = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {0, '', 0} end
        local function parts(id)
          local ms, seq = string.match(id, '(%d+)-?(%d*)')
          return tonumber(ms), tonumber(seq) or 0
        end
        local low, slowest, behind
        for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
          local info = {}
          for i = 1, #group, 2 do info[group[i]] = group[i + 1] end
          local ms, seq = parts(info['last-delivered-id'])
          seq = seq + 1
          if info['pending'] > 0 then ms, seq = parts(redis.call('XPENDING', KEYS[1], info['name'])[2]) end
          if not low or ms < low[1] or (ms == low[1] and seq < low[2]) then
            low = {ms, seq}
            slowest = info['name']
            behind = info['pending'] + (tonumber(info['lag']) or 0)
          end
        end
        local id = low and string.format('%.0f-%.0f', low[1], low[2]) or ARGV[2]
        local removed = redis.call('XTRIM', KEYS[1], 'MINID', '~', id, 'LIMIT', ARGV[1])
        if removed == 0 then
          -- Only a part of the oldest node is left to go, at most stream-node-max-entries: exact is bounded here.
          removed = redis.call('XTRIM', KEYS[1], 'MINID', '=', id)
        end
        return {removed, slowest or '', behind or 0}
        """;

    /// <summary>KEYS members. ARGV member, duration ms, 1 to leave. Signs for life; returns the number
    /// of live members. A sign from the future is one from before the server's clock was set back.</summary>
    public const string Join = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
        if ARGV[3] == '1' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], now, ARGV[1]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
        return redis.call('ZCARD', KEYS[1])
        """;
}
