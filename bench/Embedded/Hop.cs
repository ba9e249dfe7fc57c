using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;

namespace Tessera.Embedded;

/// <summary>
/// The whole way between two processes, each with a database of its own: outbox, log, inbox, a handler that only
/// counts. By how many events a transaction publishes, then one event at a time on an idle system.
/// </summary>
internal static class Hop
{
    private const int Callers = 16, IdleEvents = 200;

    public static async Task<int> RunAsync(string folder)
    {
        using var maker = Build(
            folder, "maker", messages => messages.SubscribedBy(["taker"]).Publishes<Made>(made => made.Key));
        using var taker = Node.Spawn("take", folder);
        await maker.StartAsync();
        await taker.StandardOutput.ReadLineAsync();
        await PublishAsync(maker.Services, 20_000, 10); // Compiles what is measured next.
        await HandledAsync(taker, 20_000);
        foreach (var (events, each) in new[] { (20_000, 1), (100_000, 10), (200_000, 100) })
        {
            var began = Stopwatch.GetTimestamp();
            await PublishAsync(maker.Services, events, each);
            var published = Stopwatch.GetElapsedTime(began);
            await HandledAsync(taker, events);
            var handled = Stopwatch.GetElapsedTime(began);
            Console.WriteLine(
                $"{each,3} events a transaction, {Callers} callers: {events / published.TotalSeconds,7:n0} events/s " +
                $"published, {events / handled.TotalSeconds,7:n0} events/s handled");
        }
        for (var i = 0; i < IdleEvents; i++)
        {
            await Task.Delay(Random.Shared.Next(20, 60));
            await PublishAsync(maker.Services, 1, 1);
        }
        Console.WriteLine($"commit to handler, idle, one at a time: {await HandledAsync(taker, IdleEvents)}");
        await taker.StandardInput.WriteLineAsync();
        await taker.WaitForExitAsync();
        await maker.StopAsync();
        return 0;
    }

    /// <summary>The child: answers each number on its input when as many events were handled since the last.</summary>
    public static async Task<int> TakeAsync(string folder)
    {
        using var host = Build(folder, "taker", messages => messages.Handle<Count>());
        var seen = host.Services.GetRequiredService<Seen>();
        await host.StartAsync();
        Console.WriteLine("ready");
        while (int.TryParse(await Console.In.ReadLineAsync(), CultureInfo.InvariantCulture, out var events))
        {
            Console.WriteLine(await seen.TakeAsync(events));
        }
        await host.StopAsync();
        return 0;
    }

    private static IHost Build(string folder, string service, Action<MessagingBuilder> list)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<Seen>();
        builder.Services.AddMessaging(service, messages =>
        {
            list(messages);
            messages.UseSqlite(options => options.File = Path.Combine(folder, service + ".db"))
                .UseEmbeddedTransport(options => options.File = Path.Combine(folder, "events.db"));
        });
        return builder.Build();
    }

    private static Task PublishAsync(IServiceProvider services, int events, int each)
    {
        var left = events;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(Callers, events / each)).Select(async caller =>
        {
            while (Interlocked.Add(ref left, -each) >= 0)
            {
                await using var scope = services.CreateAsyncScope();
                var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
                await work.BeginAsync(CancellationToken.None);
                for (var i = 0; i < each; i++)
                {
                    work.Publish(new Made(
                        Random.Shared.Next(10_000).ToString(CultureInfo.InvariantCulture), Stopwatch.GetTimestamp()));
                }
                await work.CommitAsync(CancellationToken.None);
            }
        }));
    }

    private static async Task<string> HandledAsync(Process taker, int events)
    {
        await taker.StandardInput.WriteLineAsync(events.ToString(CultureInfo.InvariantCulture));
        return await taker.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The reading process ended.");
    }

    /// <param name="At">When it was published, by the clock that all processes of the machine share.</param>
    internal sealed record Made(string Key, long At)
    {
        public const string EventType = "maker.made.v1";
    }

    internal sealed class Count(Seen seen) : IHandle<Made>
    {
        public Task HandleAsync(Made message, MessageContext context, CancellationToken stop)
        {
            seen.Add(Stopwatch.GetElapsedTime(message.At).TotalMilliseconds);
            return Task.CompletedTask;
        }
    }

    internal sealed class Seen
    {
        private readonly Lock _sync = new();
        private readonly List<double> _ages = [];

        public void Add(double age)
        {
            lock (_sync) _ages.Add(age);
        }

        public async Task<string> TakeAsync(int events)
        {
            while (true)
            {
                lock (_sync)
                {
                    if (_ages.Count > events)
                    {
                        throw new InvalidOperationException($"{_ages.Count} events were handled, not {events}.");
                    }
                    if (_ages.Count == events)
                    {
                        _ages.Sort();
                        var line = string.Create(CultureInfo.InvariantCulture,
                            $"p50 {_ages[events / 2]:n1} ms, p99 {_ages[events * 99 / 100]:n1} ms");
                        _ages.Clear();
                        return line;
                    }
                }
                await Task.Delay(5);
            }
        }
    }
}
