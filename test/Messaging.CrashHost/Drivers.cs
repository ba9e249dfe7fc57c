using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.CrashHost;

/// <summary>What both drivers do: ask their tables, and wait a little.</summary>
internal abstract class Driver(IServiceProvider services)
{
    protected static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    protected IServiceProvider Services { get; } = services;

    protected IMessageStore Store { get; } = services.GetRequiredService<IMessageStore>();

    protected async Task<long> CountAsync(string table) =>
        (await Services.GetRequiredService<IDatabase>().QueryAsync(
            $"select count(*) from {table}", [], row => row.GetInt64(0), default))[0];

    protected async Task CommitAsync(Action<UnitOfWork> act)
    {
        await using var scope = Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        act(work);
        await work.CommitAsync(default);
    }
}

/// <summary>Publishes every number once, a few per transaction, going on where an earlier
/// process was stopped.</summary>
internal sealed class OrdersDriver(ScenarioSettings settings, IServiceProvider services) : Driver(services)
{
    private const int PerTransaction = 4;

    public static readonly TimeSpan StandbyPause = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var before = -1L; settings.Standby && before < await CountAsync("published");)
        {
            before = await CountAsync("published");
            await Task.Delay(StandbyPause, stop);
        }
        if (settings.Giant && await CountAsync("published") == 0)
        {
            await CommitAsync(
                work => work.Publish(new OrderPlaced(settings.Run, "giant", -1, new string('x', 8 * 1024 * 1024))));
        }
        for (var next = (int)await CountAsync("published"); next < settings.Events; next += PerTransaction)
        {
            var end = Math.Min(next + PerTransaction, settings.Events);
            await CommitAsync(work =>
            {
                for (var number = next; number < end; number++)
                {
                    work.Enqueue("insert into published (number) values ($1)", number);
                    work.Publish(new OrderPlaced(settings.Run, "k" + (number % settings.Keys), number));
                }
            });
            await Task.Delay(settings.PublishPause, stop);
        }
        while (await CountAsync("confirmed") < settings.Events) await Task.Delay(Pause, stop);
    }
}

/// <summary>Has the poison's key replayed: first in vain, then, when it is cured, with success.</summary>
internal sealed class StockDriver(ScenarioSettings settings, IServiceProvider services) : Driver(services)
{
    public async Task RunAsync(CancellationToken stop)
    {
        var cure = Services.GetRequiredService<Cure>();
        cure.IsGiven = await CountAsync("cured") > 0;
        var askedInVain = false;
        while (await CountAsync("seen") < settings.Events || await CountAsync("fired") < settings.Events)
        {
            var parked = await Store.ListParkedAsync(new ParkedFilter(), null, 100, stop);
            if (parked.Count > 0 && (await Store.ListReplaysAsync(null, 10, stop)).Count == 0)
            {
                var behind = Enumerable.Range(settings.Poison, settings.Events - settings.Poison)
                    .Count(number => number % settings.Keys == settings.Poison % settings.Keys);
                if (!cure.IsGiven && parked.Count == behind && askedInVain)
                {
                    await CommitAsync(work => work.Enqueue("insert into cured (number) values (1)"));
                    cure.IsGiven = true;
                }
                askedInVain = true;
                await Services.GetRequiredService<ParkedMessages>().ReplayAsync(new ParkedFilter(), "the test", stop);
            }
            await Task.Delay(Pause, stop);
        }
    }
}
