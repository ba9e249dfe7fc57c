using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;

namespace Tessera.Flow;

/// <summary>Publishes at a fixed rate, one transaction an event, whatever happens to the ones before.</summary>
internal static class OpenLoop
{
    public static async Task PublishAsync(IServiceProvider services, int perSecond, int seconds, int first, int keys)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var publishing = new Queue<Task>();
        for (var i = 0; i < perSecond * seconds; i++)
        {
            var wait = TimeSpan.FromSeconds((double)i / perSecond) - clock.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait);
            }
            var happened = Happened.At(first + i, keys);
            publishing.Enqueue(Task.Run(() => PublishAsync(services, happened)));
            while (publishing.TryPeek(out var oldest) && oldest.IsCompleted) await publishing.Dequeue();
        }
        await Task.WhenAll(publishing);
    }

    private static async Task PublishAsync(IServiceProvider services, Happened happened)
    {
        await using var scope = services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(CancellationToken.None);
        work.Publish(happened);
        await work.CommitAsync(CancellationToken.None);
    }
}
