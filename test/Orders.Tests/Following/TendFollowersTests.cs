using System.Data.Common;
using System.Security.Claims;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Orders.Tests;

/// <summary>What ends in this loop ends the whole process.</summary>
public sealed class TendFollowersTests
{
    private readonly IOptions<OrderOptions> _options = Options.Create(new OrderOptions());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_look_that_the_database_gave_up_is_followed_by_the_next_one_unless_the_process_stops(bool stops)
    {
        var ended = new EndedTokens(new ErasedSubjects(), new EndedSignIns(TimeProvider.System));
        var (followers, database) = (new Followers(_options, ended), new GivesUpOnce());
        followers.TryAdd(Guid.NewGuid(), Guid.NewGuid(), new ClaimsPrincipal(), DateTimeOffset.MaxValue);
        using var tend = new TendFollowers(
            followers, database, _options, TimeProvider.System, NullLogger<TendFollowers>.Instance);
        if (stops)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => tend.LookAsync(new CancellationToken(true)));
            return;
        }
        await tend.LookAsync(default);
        await tend.LookAsync(default);
        Assert.Equal(2, database.Asked);
    }

    private sealed class GivesUpOnce : IDatabase
    {
        public string Engine => "sqlite";

        public int Asked { get; private set; }

        public Task<List<T>> QueryAsync<T>(
            string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) => ++Asked == 1
            ? Task.FromException<List<T>>(new OperationCanceledException("Nobody here has asked for it."))
            : Task.FromResult<List<T>>([]);

        public ValueTask<DbConnection> OpenAsync(CancellationToken stop) => throw new NotSupportedException();
    }
}
