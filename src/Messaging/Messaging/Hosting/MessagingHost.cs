using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Moving;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Hosting;

/// <summary>
/// Starts the library in the background of the service: the store, then the loops that need only it, then the broker,
/// then the relay and the subscriptions. The service itself starts whether or not database and broker are there;
/// it is not ready until they are.
/// </summary>
internal sealed partial class MessagingHost(
    IMessageStore store, IEnumerable<IPrepareDatabase> preparations, HandlerCheck handlers,
    Brokers brokers, OutboxRoute route,
    MessageRegistry registry, MessagingLoops loops, MoveGate gate,
    Supervisor supervisor, MessagingHealth health, IOptions<MessagingOptions> options, IOptions<ConsumeOptions> consume,
    TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<MessagingHost> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>The part of <see cref="MessagingHealth"/> that fails until the database is prepared.</summary>
    public const string StorePart = "store";

    private static readonly TimeSpan FirstPrepareMax = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private Task? _firstPreparation;

    /// <summary>Before any request can come in, so that the first one finds the tables. If the database is away, or
    /// does not answer within a bound, the start goes on all the same: the service lives, says why it is not ready,
    /// and prepares its tables when the database comes.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        health.Failing(StorePart, "not prepared yet");
        await handlers.ThrowUnlessTheyCanBeMadeAsync().ConfigureAwait(false);
        _firstPreparation = PrepareAsync(_ending.Token);
        await Task.WhenAny(_firstPreparation, Task.Delay(FirstPrepareMax, clock, cancellationToken))
            .ConfigureAwait(false);
        if (_firstPreparation.Exception?.InnerException is { } refusal && !IsAway(refusal))
            await _firstPreparation.ConfigureAwait(false);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _ending.CancelAsync();

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _ending.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stop = stoppingToken;
        health.Failing("transport", "not started yet");
        foreach (var stream in registry.SubscribedStreams) health.Failing("consume:" + stream, "not subscribed yet");
        var running = new List<Task>();
        var subscriptions = new List<IAsyncDisposable>();
        try
        {
            if (!await TryUntilDoneAsync(StorePart, PrepareOnceMoreAsync, stop).ConfigureAwait(false)) return;
            running.AddRange(loops.OfStore().Select(loop => Supervise(loop, stop)));
            if (!await TryUntilDoneAsync("transport", StartBrokersAsync, stop).ConfigureAwait(false))
                return;
            running.AddRange(loops.OfBrokers().Select(loop => Supervise(loop, stop)));
            if (registry.PublishesAny) running.AddRange(loops.OfRelay().Select(loop => Supervise(loop, stop)));
            foreach (var stream in registry.SubscribedStreams)
            {
                foreach (var broker in brokers.All)
                {
                    if (!await TryUntilDoneAsync(
                        "consume:" + stream,
                        async stop => subscriptions.Add(
                            await SubscribeAsync(broker, stream, stop).ConfigureAwait(false)),
                        stop).ConfigureAwait(false)) return;
                }
            }
            health.Started();
            Log.Started(logger, registry.Service, store.Name, brokers.Primary.Name);
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            // Together: each waits, within its bound, for the delivery that is being handled.
            await Task.WhenAll(
                subscriptions.Select(subscription => subscription.DisposeAsync().AsTask())).ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    private Task PrepareOnceMoreAsync(CancellationToken stop) =>
        Interlocked.Exchange(ref _firstPreparation, null)?.WaitAsync(stop) ?? PrepareAsync(stop);

    private async Task PrepareAsync(CancellationToken stop)
    {
        await Task.Yield(); // A file or a driver that blocks must not hold up the start.
        await store.PrepareAsync(stop).ConfigureAwait(false);
        foreach (var more in preparations) await more.PrepareAsync(stop).ConfigureAwait(false);
    }

    private bool IsAway(Exception failure) => failure is TransportUnavailableException || store.IsTransient(failure);

    private Task Supervise(MessagingLoop loop, CancellationToken stop) =>
        supervisor.KeepRunningAsync(loop.Part, loop.RunAsync, stop);

    private async Task StartBrokersAsync(CancellationToken stop)
    {
        if (registry.PublishesAny) await route.StartAsync(stop).ConfigureAwait(false);
        foreach (var broker in brokers.All) await broker.StartAsync(Topology(), stop).ConfigureAwait(false);
    }

    private Task<IAsyncDisposable> SubscribeAsync(ITransport broker, string stream, CancellationToken stop) =>
        broker.SubscribeAsync(
            Subscription(stream),
            (delivery, revoked) => gate.HandleAsync(Subscription(stream), delivery, revoked), stop);

    private Topology Topology() => new(
        registry.PublishesAny
            ? [new StreamDefinition(registry.Service, registry.Partitions, registry.Subscribers)]
            : [],
        [.. registry.SubscribedStreams.Select(Subscription)]);

    private Subscription Subscription(string stream) =>
        new(stream, registry.Partitions, registry.Service, consume.Value.BatchSize);

    /// <summary>False when stopped, or refused for good; then the host stops too.</summary>
    private async Task<bool> TryUntilDoneAsync(string part, Func<CancellationToken, Task> step, CancellationToken stop)
    {
        var backoff = new Backoff(options.Value.StartDelayMin, options.Value.StartDelayMax, clock);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await step(stop).ConfigureAwait(false);
                health.Healthy(part);
                return true;
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception away) when (IsAway(away))
            {
                health.Failing(part, away.Message);
                Log.StartDelayed(logger, part, away.Message);
                await backoff.WaitAsync(stop).ConfigureAwait(false);
            }
            catch (Exception final)
            {
                // A refusal says by itself what to change; of anything else the trace is wanted.
                health.Failing(part, final.Message);
                Log.StartRefused(
                    logger, final is TransportRefusedException ? null : final, registry.Service, part, final.Message);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return false;
            }
        }
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1011, LogLevel.Information, "Messaging of {Service} runs on {Store} and {Transport}")]
        public static partial void Started(ILogger logger, string service, string store, string transport);

        [LoggerMessage(1012, LogLevel.Warning, "Messaging cannot start its {Part} yet and tries again: {Reason}")]
        public static partial void StartDelayed(ILogger logger, string part, string reason);

        [LoggerMessage(1013, LogLevel.Critical, "{Service} stops, its messaging cannot use the {Part}: {Reason}")]
        public static partial void StartRefused(
            ILogger logger, Exception? failure, string service, string part, string reason);
    }
}
