using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Tests.Fakes;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class GroupCommitRules : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Fact]
    public async Task Shares_commits_between_concurrent_requests()
    {
        await _stock.StartAsync();
        _stock.Counted.Forget();
        var results = await Task.WhenAll(Enumerable.Range(100, 100).Select(number => PlaceAsync(number)));
        Assert.Equal(Enumerable.Range(100, 100), results);
        Assert.Equal(Enumerable.Range(100, 100), (await _stock.SeenAsync()).Order());
        Assert.InRange(_stock.Counted.Trips.Count(trip => trip == "commit"), 1, 20);
    }

    [Fact]
    public async Task Fails_the_failing_request_alone()
    {
        await _stock.StartAsync();
        var placing = Enumerable.Range(0, 30).Select(number => PlaceAsync(number)).ToArray();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Task.WhenAll(placing));
        Assert.Equal([13],
            placing.Select((place, number) => (place, number)).Where(p => p.place.IsFaulted).Select(p => p.number));
        Assert.Equal(Enumerable.Range(0, 30).Where(number => number != 13), (await _stock.SeenAsync()).Order());
    }

    [Fact]
    public async Task Fails_only_whose_statement_fails_at_the_commit()
    {
        await _stock.StartAsync();
        var placing = Enumerable.Range(0, 10)
            .Select(number => PlaceAsync(number, "update seen set number = 1 where key = 'nobody'")).ToArray();
        await Task.WhenAll(placing).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal([3],
            placing.Select((place, number) => (place, number)).Where(p => p.place.IsFaulted).Select(p => p.number));
        Assert.Equal(9, (await _stock.SeenAsync()).Count);
    }

    [Fact]
    public async Task Refuses_a_request_that_commits_by_itself()
    {
        await _stock.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _stock.Service.Get<GroupCommit>().RunAsync(
            "rogue",
            async (services, stop) =>
            {
                await services.GetRequiredService<UnitOfWork>().CommitAsync(stop);
                return 0;
            },
            default));
    }

    private Task<int> PlaceAsync(int number, string? fails = null) => _stock.Service.Get<GroupCommit>().RunAsync(
        "place",
        (services, _) =>
        {
            ConsumingRules.Fail(number == 13);
            var work = services.GetRequiredService<UnitOfWork>();
            work.Enqueue("insert into seen (key, number) values ('x', $1)", number);
            if (fails is not null && number == 3) work.EnqueueOne(fails);
            work.Publish(new OrderSeen("x", number));
            return Task.FromResult(number);
        },
        default);
}
