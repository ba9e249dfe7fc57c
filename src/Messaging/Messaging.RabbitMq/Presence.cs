using System.Collections.Concurrent;
using System.Text;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// Counts the live processes of a subscription by signals that each sends to all. The broker itself counts only the
/// consumers that it serves, not those in line; and a count that is wrong for a moment only delays the sharing of work.
/// </summary>
internal sealed class Presence(
    Broadcasts broadcasts, string channel, string member, TimeSpan interval, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, long> _heard = new(StringComparer.Ordinal);

    /// <summary>Processes heard within three intervals; this one always counts.</summary>
    public int Members
    {
        get
        {
            foreach (var (other, heard) in _heard)
            {
                if (clock.GetElapsedTime(heard) > interval * 3) _heard.TryRemove(new(other, heard));
            }
            return 1 + _heard.Count;
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var listener = broadcasts.Listen(channel, Hear);
        await using (listener.ConfigureAwait(false))
        {
            while (!stop.IsCancellationRequested)
            {
                await TellAsync(member).ConfigureAwait(false);
                await Task.Delay(interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await TellAsync("-" + member).ConfigureAwait(false); // Goodbye: its share is free at once.
    }

    private ValueTask Hear(ReadOnlyMemory<byte> payload)
    {
        var other = Encoding.UTF8.GetString(payload.Span);
        if (other.StartsWith('-')) _heard.TryRemove(other[1..], out _);
        else if (other != member) _heard[other] = clock.GetTimestamp();
        return default;
    }

    private async Task TellAsync(string word)
    {
        try
        {
            await broadcasts.SendAsync(
                channel, Encoding.UTF8.GetBytes(word), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            // The broker is away; the links and readers say so.
        }
    }
}
