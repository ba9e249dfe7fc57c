using StackExchange.Redis;

namespace Tessera.Messaging.Redis;

internal static class Groups
{
    /// <summary>Makes the group, reading from the beginning, unless it is there.</summary>
    public static async Task CreateAsync(IDatabase database, string stream, string group)
    {
        try
        {
            await database.StreamCreateConsumerGroupAsync(stream, group, "0", createStream: true).ConfigureAwait(false);
        }
        catch (RedisServerException exists) when (exists.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // Another process was first, which serves as well.
        }
    }
}
