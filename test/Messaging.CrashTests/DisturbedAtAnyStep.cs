using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>Any one step fails once, and the process lives on.</summary>
public abstract class DisturbedAtAnyStep(CrashBackend backend) : CrashPoints(backend)
{
    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Goes_on_by_itself_after_one_exception_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        var passes = 0;
        await RunAsync(settings, null, reached: at =>
        {
            if (at.ToString() == step && Interlocked.Increment(ref passes) == pass)
                throw new InvalidOperationException("Once, by the test.");
        });
        Assert.True(passes >= 1, $"The library never came to {step}.");
        await AssertWholeAsync(settings);
    }
}

public sealed class DisturbedAtAnyStepOnEmbeddedAndSqlite(EmbeddedAndSqlite backend) : DisturbedAtAnyStep(backend);

public sealed class DisturbedAtAnyStepOnEmbeddedAndPostgres(EmbeddedAndPostgres backend) : DisturbedAtAnyStep(backend);

[Collection(nameof(RabbitMqAndPostgres))]
public sealed class DisturbedAtAnyStepOnRabbitMqAndPostgres(RabbitMqAndPostgres backend) : DisturbedAtAnyStep(backend);

[Collection(nameof(KafkaAndPostgres))]
public sealed class DisturbedAtAnyStepOnKafkaAndPostgres(KafkaAndPostgres backend) : DisturbedAtAnyStep(backend);

[Collection(nameof(RedisAndPostgres))]
public sealed class DisturbedAtAnyStepOnRedisAndPostgres(RedisAndPostgres backend) : DisturbedAtAnyStep(backend);
