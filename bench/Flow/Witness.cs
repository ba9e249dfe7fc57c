using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Flow;

/// <summary>
/// The stream's subscriber where none is measured: puts events there, or reads what a relay sent after the time was
/// taken and sees whether the first copies came in order, each key's without a gap.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private static readonly TimeSpan SilentAtMost = TimeSpan.FromMinutes(1);

    private readonly ServiceProvider _services;
    private readonly ITransport _transport;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _last = [];
    private long _lastHeard;
    private int _firsts;
    private int _copies;
    private string? _complaint;

    private Witness(ServiceProvider services) =>
        (_services, _transport) = (services, services.GetRequiredService<ITransport>());

    private static Subscription Subscription => new(Happened.Stream, Library.Partitions, Library.Reader);

    /// <summary>Events that came more than once.</summary>
    public int Copies => _copies;

    public static async Task<Witness> StartAsync(Broker broker)
    {
        var witness = new Witness(Library.Transport(broker));
        var stream = new StreamDefinition(Happened.Stream, Library.Partitions, [Library.Reader]);
        await witness._transport.StartAsync(new Topology([stream], [Subscription]), CancellationToken.None);
        return witness;
    }

    /// <summary>Puts events at the broker as a relay would.</summary>
    public async Task LoadAsync(int first, int count, int keys, bool frames)
    {
        var events = Enumerable.Range(first, count).Select(number => Happened.At(number, keys));
        var messages = Happened.ToWire(events, frames ? 256 : 1, TimeProvider.System.GetUtcNow());
        foreach (var batch in messages.Chunk(frames ? Library.Partitions : 1024))
        {
            var result = await _transport.SendAsync(batch, CancellationToken.None);
            if (result.Failures.Count > 0)
            {
                throw new InvalidOperationException($"Not loaded: {result.Failures[0].Reason}");
            }
        }
    }

    /// <summary>Reads until it has had the first copies of so many events since its start,
    /// and then a little on.</summary>
    public async Task VerifyAsync(int count)
    {
        _lastHeard = TimeProvider.System.GetTimestamp();
        await using var reading = await _transport.SubscribeAsync(Subscription, HearAsync, CancellationToken.None);
        while (_complaint is null
            && (_firsts < count || TimeProvider.System.GetElapsedTime(_lastHeard).TotalMilliseconds < 500))
        {
            if (TimeProvider.System.GetElapsedTime(_lastHeard) > SilentAtMost) _complaint = "nothing more comes";
            await Task.Delay(50);
        }
        if (_complaint is not null || _firsts != count)
        {
            throw new InvalidOperationException(
                $"Not whole: {_firsts} of {count} events are at the broker; {_complaint ?? "too many"}.");
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private Task<DeliveryOutcome> HearAsync(Delivery delivery, CancellationToken revoked)
    {
        var events = new List<DecodedEvent>();
        foreach (var message in delivery.Messages) WireFormat.Decode(message, default, events);
        lock (_gate)
        {
            foreach (var (envelope, _) in events) Hear(Happened.From(envelope.Data));
            _lastHeard = TimeProvider.System.GetTimestamp();
        }
        return Task.FromResult(DeliveryOutcome.Settle);
    }

    private void Hear(Happened happened)
    {
        var expected = _last.TryGetValue(happened.Key, out var last) ? last + 1 : 0;
        if (happened.Position > expected)
        {
            _complaint ??= $"event {happened.Position} of key {happened.Key} came where {expected} was due";
        }
        else if (happened.Position < expected)
        {
            _copies++;
        }
        else
        {
            _firsts++;
            _last[happened.Key] = expected;
        }
    }
}
