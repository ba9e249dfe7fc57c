using Tessera.Messaging.CrashHost;
using Tessera.Messaging.Hosting;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>Its process is killed between any two steps, and another goes on. That other one is the tests' own, which
/// is warm: most of what a case costs is the start of a process. Once for each backend it is a new one, too.</summary>
public abstract class KilledAtAnyStep(CrashBackend backend) : CrashPoints(backend)
{
    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Survives_being_killed_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        await DieAsync(settings, Enum.Parse<Checkpoint>(step), pass);
        await RunAsync(settings, null, reached: null);
        await AssertWholeAsync(settings);
    }

    [Fact]
    public async Task A_new_process_goes_on_where_one_was_killed_and_ends_by_itself()
    {
        var settings = await NewRunAsync(nameof(Checkpoint.RelaySent), pass: 1);
        await DieAsync(settings, Checkpoint.RelaySent, pass: 1);
        using var next = await HostProcess.StartAsync(settings);
        Assert.Equal(0, await next.ExitedAsync(Bound));
        await AssertWholeAsync(settings);
    }

    private static async Task DieAsync(ScenarioSettings settings, Checkpoint step, int pass)
    {
        using var dying = await HostProcess.StartAsync(settings with { CrashAt = step, CrashPass = pass });
        var exit = await dying.ExitedAsync(Bound);
        Assert.True(exit == 137 || pass > 1, $"The process never came to {step}.");
    }
}

public sealed class KilledAtAnyStepOnEmbeddedAndSqlite(EmbeddedAndSqlite backend) : KilledAtAnyStep(backend);

public sealed class KilledAtAnyStepOnEmbeddedAndPostgres(EmbeddedAndPostgres backend) : KilledAtAnyStep(backend);

[Collection(nameof(RabbitMqAndPostgres))]
public sealed class KilledAtAnyStepOnRabbitMqAndPostgres(RabbitMqAndPostgres backend) : KilledAtAnyStep(backend);

[Collection(nameof(KafkaAndPostgres))]
public sealed class KilledAtAnyStepOnKafkaAndPostgres(KafkaAndPostgres backend) : KilledAtAnyStep(backend);

[Collection(nameof(RedisAndPostgres))]
public sealed class KilledAtAnyStepOnRedisAndPostgres(RedisAndPostgres backend) : KilledAtAnyStep(backend);
