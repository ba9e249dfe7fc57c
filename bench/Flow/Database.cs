using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Flow;

/// <summary>A database of one contender, as the driver fills and looks at it.</summary>
internal sealed class Database : IAsyncDisposable
{
    private static readonly TimeSpan EmptyWithin = TimeSpan.FromMinutes(5);

    private readonly NpgsqlDataSource _source;

    private Database(string connection)
    {
        Connection = connection;
        _source = NpgsqlDataSource.Create(connection + ";Maximum Pool Size=1");
    }

    public string Connection { get; }

    public static async Task<Database> CreateAsync(string admin, string name)
    {
        await using (var server = NpgsqlDataSource.Create(admin))
        {
            foreach (var sql in new[] { $"drop database if exists {name} with (force)", $"create database {name}" })
            {
                await using var command = server.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
            }
        }
        var database = new Database(new NpgsqlConnectionStringBuilder(admin) { Database = name }.ConnectionString);
        await using var create = database._source.CreateCommand(
            "create table seen (number int primary key, key text not null)");
        await create.ExecuteNonQueryAsync();
        return database;
    }

    /// <summary>Publishes the events in one transaction of the library, from a process that does not relay: all of them
    /// stand in the outbox at one instant.</summary>
    public async Task FillOutboxAsync(Broker broker, int first, int count, int keys)
    {
        using var publisher = Library.Publisher(Library.Read(Library.Settings(broker, Connection)));
        await publisher.Services.GetRequiredService<IMessageStore>().PrepareAsync(CancellationToken.None);
        await using var scope = publisher.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(CancellationToken.None);
        for (var i = 0; i < count; i++) work.Publish(Happened.At(first + i, keys));
        await work.CommitAsync(CancellationToken.None);
    }

    public Task<long> WaitingAsync() => CountAsync("select count(*) from msg_outbox");

    /// <summary>Waits until nothing is in the outbox.</summary>
    public async Task UntilEmptyAsync(TimeSpan interval)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await WaitingAsync() is > 0 and var waiting)
        {
            if (TimeProvider.System.GetElapsedTime(began) > EmptyWithin)
            {
                throw new InvalidOperationException(
                    $"Not whole: {waiting} events are still in the outbox after {EmptyWithin}.");
            }
            await Task.Delay(interval);
        }
    }

    /// <summary>Each event was handled once, and none was parked.</summary>
    public async Task VerifySeenAsync(int first, int count)
    {
        var seen = await CountAsync($"select count(*) from seen where number >= {first} and number < {first + count}");
        var all = await CountAsync("select count(*) from seen");
        var parked = await CountAsync("select count(*) from msg_parked");
        if (seen != count || all != count || parked != 0)
        {
            throw new InvalidOperationException(
                $"Not whole: {count} events, {seen} of them seen, {all} seen in all, {parked} parked.");
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<long> CountAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
