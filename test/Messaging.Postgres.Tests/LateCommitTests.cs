using Npgsql;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>
/// Three transactions publish events of one key while the relay reads, in every order in which that can happen. Each
/// event is read by the first read that begins after its commit, and one that was published after another's
/// commit is never read before it.
/// </summary>
public sealed class LateCommitTests(PostgresServer server)
{
    private const int LastGap = 8; // After the ninth step everything is read in any case.

    /// <summary>What commits when is the subject; nobody need wait for the disk.</summary>
    private const string NoDisk = ";Options=-c synchronous_commit=off";

    private static readonly int[] EachGap = [.. Enumerable.Range(0, LastGap)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<ReadingWay, bool> Ways() => new(
        from way in Enum.GetValues<ReadingWay>() from age in new[] { false, true } select (way, age));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_interleaving_delays_or_reorders_events_when_each_step_is_followed_by_reads(
        ReadingWay way, bool age)
    {
        await using var db = await CreateAsync(server, more: NoDisk);
        await HoldsAsync(db, way, age, EachGap, times: 2);
    }

    [Fact]
    public async Task No_interleaving_delays_or_reorders_events_whenever_the_relay_reads()
    {
        await using var db = await CreateAsync(server, more: NoDisk);
        foreach (var gap in EachGap) await HoldsAsync(db, ReadingWay.Together, age: false, [gap], times: 4);
    }

    [Theory]
    [InlineData(ReadingWay.Together)]
    [InlineData(ReadingWay.Ahead)]
    public async Task No_interleaving_delays_or_reorders_events_behind_a_pooler(ReadingWay way)
    {
        Assert.SkipWhen(PgBouncer.Missing is not null, PgBouncer.Missing ?? "");
        await using var pooler = await PgBouncer.StartAsync(server);
        await using var db = await CreateAsync(
            pooler.To(await server.CreateDatabaseAsync()), options => options.PreparedStatements = false);
        await HoldsAsync(db, way, age: false, EachGap, times: 2);
    }

    [Fact]
    public async Task An_event_rolled_back_is_no_obstacle()
    {
        await using var db = await CreateAsync(server, more: NoDisk);
        for (var loser = 0; loser < Interleaving.Transactions; loser++)
            await HoldsAsync(db, ReadingWay.Together, age: false, EachGap, times: 2, loser);
    }

    [Theory]
    [InlineData(OutboxInsert.One, "int, uuid, text, text, text, text, timestamptz, text, text, bytea")]
    [InlineData(OutboxInsert.Many,
        "int[], uuid[], text[], text[], text[], text[], timestamptz[], text[], text[], bytea[]")]
    public async Task An_id_is_drawn_only_when_the_transaction_has_its_number(string insert, string types)
    {
        await using var db = await CreateAsync(server);
        await using var connection = await db.Database.DataSource.OpenConnectionAsync(Stop);
        await using (var prepare = new NpgsqlCommand(
            $"set plan_cache_mode = force_generic_plan; prepare publish ({types}) as {insert}", connection))
            await prepare.ExecuteNonQueryAsync(Stop);
        await using var explain = new NpgsqlCommand("explain (verbose) execute publish (" +
            string.Join(", ", Enumerable.Repeat("null", 10)) + ")", connection);
        await using var reader = await explain.ExecuteReaderAsync(Stop);
        var plan = new List<string>();
        while (await reader.ReadAsync(Stop)) plan.Add(reader.GetString(0));
        // A condition of a node comes before its columns, and an inner node, which is indented more, before its outer.
        var condition = plan.FindIndex(line => line.Contains("One-Time Filter: (pg_current_xact_id() IS NOT NULL)"));
        var columns = plan.FindIndex(line => line.Contains("nextval("));
        Assert.True(columns >= 0 && condition >= 0, string.Join('\n', plan));
        Assert.True(Indent(plan[condition]) >= Indent(plan[columns]), string.Join('\n', plan));

        static int Indent(string line) => line.Length - line.TrimStart().Length;
    }

    private static int _shard;

    private static async Task HoldsAsync(
        StoreUnderTest db, ReadingWay way, bool age, int[] gaps, int times, int loser = -1)
    {
        await db.RunAsync("create table if not exists things (id int)");
        foreach (var order in Interleaving.All())
        {
            var shard = Interlocked.Increment(ref _shard);
            var relay = new RelayReads(db, shard, way);
            await relay.BeginAsync();
            await relay.ReadAsync();
            var story = new Story(db, shard, loser);
            for (var step = 0; step < order.Steps.Count; step++)
            {
                await story.StepAsync(order.Steps[step]);
                var looks = step == LastGap ? 1 : gaps.Count(gap => gap == step) * times;
                for (var look = 0; look < looks; look++)
                {
                    if (age) db.Clock.Advance(TimeSpan.FromSeconds(3));
                    await relay.ReadAsync();
                    var missing = story.Committed.Except(relay.Sent);
                    Assert.True(!missing.Any(), $"{string.Join(',', missing)} not read: {order}, step {step}");
                }
            }
            foreach (var (earlier, later) in story.OneAfterAnother)
            {
                Assert.True(
                    relay.Sent.IndexOf(earlier) < relay.Sent.IndexOf(later), $"{later} before {earlier}: {order}");
            }
            Assert.Equal(relay.Sent.Distinct(), relay.Sent);
        }
    }

    /// <summary>The three transactions; an event bears the name of its own as type.</summary>
    private sealed class Story(StoreUnderTest db, int shard, int loser)
    {
        private readonly IStoreSession?[] _sessions = new IStoreSession?[Interleaving.Transactions];
        private readonly bool[] _published = new bool[Interleaving.Transactions];

        public List<string> Committed { get; } = [];

        public List<(string Earlier, string Later)> OneAfterAnother { get; } = [];

        public async Task StepAsync(int one)
        {
            var name = $"{(char)('A' + one)}";
            if (_sessions[one] is not { } session)
            {
                _sessions[one] = session = await db.Store.BeginAsync(Stop);
                await session.ExecuteAsync("insert into things values ($1)", [one], Stop);
            }
            else if (!_published[one])
            {
                _published[one] = true;
                OneAfterAnother.AddRange(Committed.Select(earlier => (earlier, name)));
                session.AppendOutbox([new OutboxRow(0, shard, Some.Event("k") with { Type = name })]);
                await session.FlushAsync(Stop);
            }
            else
            {
                if (one == loser) await session.RollbackAsync();
                else await session.CommitAsync(Stop);
                await session.DisposeAsync();
                if (one == loser) OneAfterAnother.RemoveAll(pair => pair.Later == name);
                else Committed.Add(name);
            }
        }
    }
}
