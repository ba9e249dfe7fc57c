using System.Data.Common;
using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging.Store;
using Tessera.Testing;

namespace Tessera.Catalog.Tests;

public sealed class OnSaleCountsTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Counting _database = new();
    private readonly OnSaleCounts _counts;

    public OnSaleCountsTests() => _counts = new OnSaleCounts(_database, _clock);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counts_once_for_requests_that_arrive_together()
    {
        var held = _database.Hold();
        var reads = Enumerable.Range(0, 20).Select(_ => _counts.ReadAsync(Stop)).ToArray();
        held.SetResult();
        await Task.WhenAll(reads);
        await _counts.ReadAsync(Stop);
        Assert.Equal(1, _database.Asked);
    }

    [Fact]
    public async Task Tells_a_change_of_its_own_at_once()
    {
        Assert.Equal(1, await CountAsync());
        _database.Products = 2;
        _counts.Change();
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Does_not_take_a_count_that_began_before_the_change()
    {
        var held = _database.Hold();
        var before = CountAsync();
        await _database.AskedAsync(1);
        _database.Products = 2;
        _counts.Change();
        var after = CountAsync();
        held.SetResult();
        Assert.Equal(1, await before);
        Assert.Equal(2, await after);
    }

    [Fact]
    public async Task Tells_the_change_of_another_replica_without_making_anybody_wait()
    {
        await CountAsync();
        _database.Products = 2;
        _clock.Advance(OnSaleCounts.AgeFresh);
        var held = _database.Hold();
        Assert.Equal(1, await CountAsync());
        await _database.AskedAsync(2);
        held.SetResult();
        await Eventually.HoldsAsync("it is counted again", async () => await CountAsync() == 2);
    }

    [Fact]
    public async Task Tells_nothing_that_is_too_old()
    {
        await CountAsync();
        _database.Products = 2;
        _clock.Advance(OnSaleCounts.AgeMax);
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Counts_again_after_a_failure()
    {
        _database.Hold().SetException(new IOException("The disk is away."));
        await Assert.ThrowsAsync<IOException>(CountAsync);
        Assert.Equal(1, await CountAsync());
    }

    private async Task<int> CountAsync() => Assert.Single(await _counts.ReadAsync(Stop)).Fits;

    /// <summary>Says how many products it has when it is asked, and answers when it may.</summary>
    private sealed class Counting : IDatabase
    {
        private TaskCompletionSource? _held;
        private int _asked;

        public string Engine => "sqlite";

        public int Products { get; set; } = 1;

        public int Asked => Volatile.Read(ref _asked);

        /// <summary>Keeps the next answer back.</summary>
        public TaskCompletionSource Hold() =>
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task AskedAsync(int times) => Eventually.HoldsAsync(
            $"it is asked {times} times", () => Task.FromResult(Asked == times));

        public async Task<List<T>> QueryAsync<T>(
            string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop)
        {
            var counts = new List<CategoryCount> { new("general", Products, []) };
            var held = Interlocked.Exchange(ref _held, null);
            Interlocked.Increment(ref _asked);
            if (held is not null) await held.Task;
            return (List<T>)(object)counts;
        }

        public ValueTask<DbConnection> OpenAsync(CancellationToken stop) => throw new NotSupportedException();
    }
}
