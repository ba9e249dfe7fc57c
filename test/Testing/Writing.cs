using Tessera.Messaging.Transport;

namespace Tessera.Testing;

/// <summary>Sends as the relay does: numbered messages per partition, in order, always from the lowest that is not
/// accepted, each with the same id however often it is sent.</summary>
public sealed class Writing : IAsyncDisposable
{
    private const int Batch = 20;
    private readonly ITransport _transport;
    private readonly string _stream;
    private readonly int[] _accepted;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Writing(ITransport transport, string stream, int partitions = 4)
    {
        _transport = transport;
        _stream = stream;
        _accepted = new int[partitions];
        _running = RunAsync();
    }

    /// <summary>How many of each partition are accepted: the numbers below it.</summary>
    public int Accepted(int partition) => Volatile.Read(ref _accepted[partition]);

    public int AllAccepted => _accepted.Sum();

    /// <summary>The longest that one send took.</summary>
    public TimeSpan Slowest { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                var messages = Enumerable.Range(0, _accepted.Length)
                    .SelectMany(part =>
                        Enumerable.Range(_accepted[part], Batch).Select(number => Message(part, number))).ToList();
                var result = await _transport.SendAsync(messages, _stop.Token);
                for (var part = 0; part < _accepted.Length; part++)
                {
                    var failed = result.Failures.Where(failure => failure.Index / Batch == part)
                        .Select(failure => failure.Index % Batch);
                    Volatile.Write(ref _accepted[part], _accepted[part] + failed.DefaultIfEmpty(Batch).Min());
                }
            }
            catch (TransportUnavailableException)
            {
                // As the relay: again, from the same place.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var took = TimeProvider.System.GetElapsedTime(began);
            if (took > Slowest) Slowest = took;
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private WireMessage Message(int partition, int number)
    {
        var message = Some.Message(
            _stream, partition, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var id = $"{_stream}/{partition}/{number}";
        return message with
        {
            Id = id,
            Attributes = [new("id", id), .. message.Attributes.Where(pair => pair.Key != "id")],
        };
    }
}
