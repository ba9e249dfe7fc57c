using Tessera.Messaging.Hosting;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>Its process is killed between any two steps.</summary>
public abstract class KilledAtAnyStep(CrashBackend backend) : CrashPoints(backend)
{
    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Survives_being_killed_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        using (var dying = await HostProcess.StartAsync(
            settings with { CrashAt = Enum.Parse<Checkpoint>(step), CrashPass = pass }))
        {
            var exit = await dying.ExitedAsync(Bound);
            Assert.True(exit == 137 || pass > 1, $"The process never came to {step}.");
        }
        using var next = await HostProcess.StartAsync(settings);
        Assert.Equal(0, await next.ExitedAsync(Bound));
        await AssertWholeAsync(settings);
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
