using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>From any step on nothing of the library comes through.</summary>
public abstract class StoppedAtAnyStep(CrashBackend backend) : CrashPoints(backend)
{
    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Survives_being_stopped_by_an_exception_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var passes = 0;
        // From that step on nothing of the library comes through, as if its process were gone.
        await RunAsync(settings, died.Task, reached: at =>
        {
            if (at.ToString() == step && Interlocked.Increment(ref passes) == pass) died.SetResult();
            if (died.Task.IsCompleted) throw new InvalidOperationException("Stopped by the test.");
        });
        Assert.True(died.Task.IsCompleted || pass > 1, $"The library never came to {step}.");
        await RunAsync(settings, null, reached: null);
        await AssertWholeAsync(settings);
    }
}

public sealed class StoppedAtAnyStepOnEmbeddedAndSqlite(EmbeddedAndSqlite backend) : StoppedAtAnyStep(backend);

public sealed class StoppedAtAnyStepOnEmbeddedAndPostgres(EmbeddedAndPostgres backend) : StoppedAtAnyStep(backend);

[Collection(nameof(RabbitMqAndPostgres))]
public sealed class StoppedAtAnyStepOnRabbitMqAndPostgres(RabbitMqAndPostgres backend) : StoppedAtAnyStep(backend);

[Collection(nameof(KafkaAndPostgres))]
public sealed class StoppedAtAnyStepOnKafkaAndPostgres(KafkaAndPostgres backend) : StoppedAtAnyStep(backend);

[Collection(nameof(RedisAndPostgres))]
public sealed class StoppedAtAnyStepOnRedisAndPostgres(RedisAndPostgres backend) : StoppedAtAnyStep(backend);
