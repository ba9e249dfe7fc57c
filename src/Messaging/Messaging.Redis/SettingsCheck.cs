using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>Compares the server's settings with what the promises need.</summary>
internal sealed partial class SettingsCheck(RedisOptions options, ILogger logger)
{
    private static readonly Version s_oldest = new(6, 2);
    private static readonly Version s_knowsWaitAof = new(7, 2);

    /// <summary>Whether sends must wait for the append-only file (WAITAOF).</summary>
    /// <exception cref="TransportRefusedException">A setting would weaken a promise and no
    /// option accepts it.</exception>
    public async Task<bool> RunAsync(ConnectionMultiplexer multiplexer)
    {
        var waits = false;
        foreach (var server in multiplexer.GetServers()
            .Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            if (server.Version < s_oldest)
            {
                throw new TransportRefusedException(
                    $"Redis at {server.EndPoint} is {server.Version}; {s_oldest} or newer is needed.");
            }
            var settings = await ReadAsync(server).ConfigureAwait(false);
            if (settings is not null) waits |= Judge(settings, server.Version, server.EndPoint.ToString() ?? "");
        }
        return waits;
    }

    /// <inheritdoc cref="RunAsync"/>
    internal bool Judge(IReadOnlyDictionary<string, string> settings, Version version, string server)
    {
        var policy = settings.GetValueOrDefault("maxmemory-policy", "");
        if (policy != "noeviction")
        {
            throw new TransportRefusedException(
                $"Redis at {server} has maxmemory-policy {policy}: it would drop waiting events when memory is " +
                "short. Set maxmemory-policy noeviction.");
        }
        if (settings.GetValueOrDefault("appendonly", "") != "yes")
        {
            return Accept(options.AcceptNoAppendOnlyFile, server, "appendonly no: a restart loses every waiting event",
                "Set appendonly yes", nameof(RedisOptions.AcceptNoAppendOnlyFile));
        }
        var sync = settings.GetValueOrDefault("appendfsync", "");
        if (sync == "always") return false;
        if (sync == "everysec" && version >= s_knowsWaitAof && !options.AcceptEverysecFsync) return true;
        return Accept(sync == "everysec" && options.AcceptEverysecFsync, server,
            $"appendfsync {sync}: a loss of power may lose accepted events",
            "Set appendfsync always, or use Redis 7.2 or newer with everysec",
            nameof(RedisOptions.AcceptEverysecFsync));
    }

    private bool Accept(bool accepted, string server, string weakness, string remedy, string option)
    {
        if (!accepted)
        {
            throw new TransportRefusedException(
                $"Redis at {server} has {weakness}. {remedy}, or accept it with {RedisOptions.Section}:{option}=true.");
        }
        Log.Accepted(logger, server, weakness, option);
        return false;
    }

    private async Task<Dictionary<string, string>?> ReadAsync(IServer server)
    {
        try
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in (string[])["appendonly", "appendfsync", "maxmemory-policy"])
            {
                foreach (var (key, value) in await server.ConfigGetAsync(name).ConfigureAwait(false))
                    settings[key] = value;
            }
            if (settings.Count == 3) return settings;
        }
        catch (RedisServerException forbidden)
        {
            Log.Forbidden(logger, server.EndPoint.ToString() ?? "", forbidden.Message);
        }
        Accept(options.AcceptUnknownSettings, server.EndPoint.ToString() ?? "",
            "settings that CONFIG GET does not tell (appendonly, appendfsync, maxmemory-policy)",
            "Allow CONFIG GET", nameof(RedisOptions.AcceptUnknownSettings));
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(3240, LogLevel.Warning,
            "Redis at {Server} has {Weakness}; accepted by Messaging:Redis:{Option}")]
        public static partial void Accepted(ILogger logger, string server, string weakness, string option);

        [LoggerMessage(3241, LogLevel.Information, "Redis at {Server} does not answer CONFIG GET: {Reason}")]
        public static partial void Forbidden(ILogger logger, string server, string reason);
    }
}
