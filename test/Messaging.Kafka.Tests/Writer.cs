using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>Sends as the relay does: numbers per partition in order, always from the lowest
/// that is not accepted.</summary>
internal sealed class Writer(KafkaTransport transport, string stream) : IAsyncDisposable
{
    private const int Batch = 50;
    private readonly CancellationTokenSource _stopping = new();
    private readonly int[] _accepted = new int[KafkaBackend.Partitions];
    private Task _running = Task.CompletedTask;

    /// <summary>How many of each partition are accepted: the numbers below it.</summary>
    public int Accepted(int partition) => Volatile.Read(ref _accepted[partition]);

    public int AllAccepted => _accepted.Sum();

    public int Failures { get; private set; }

    public Writer Start()
    {
        _running = RunAsync();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var messages = Enumerable.Range(0, KafkaBackend.Partitions)
                .SelectMany(part => Some.Messages(stream, part, Batch, _accepted[part])).ToList();
            try
            {
                var result = await transport.SendAsync(messages, _stopping.Token);
                Failures += result.Failures.Count;
                for (var part = 0; part < KafkaBackend.Partitions; part++)
                {
                    var index = part * Batch;
                    var first = result.Failures.Where(failure => failure.Index / Batch == part)
                        .Select(failure => failure.Index).ToList();
                    Volatile.Write(
                        ref _accepted[part], _accepted[part] + (first.Count == 0 ? Batch : first.Min() - index));
                }
                await Task.Delay(10, _stopping.Token);
            }
            catch (TransportUnavailableException)
            {
                Failures++;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
