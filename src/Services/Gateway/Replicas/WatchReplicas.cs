using System.Net;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>
/// Listens to every replica for the moment when it is told to stop. Probes would see it up to an interval later, and a
/// replica would have to go on for as long. Hanging up tells the replica that nothing more comes. A connection that
/// breaks tells of a dead replica, and one that comes about of a new one, without waiting for the next probe.
/// </summary>
internal sealed partial class WatchReplicas(
    HttpMessageInvoker upstream, IDestinationHealthUpdater health, IOptions<GatewayOptions> options,
    TimeProvider clock, ILogger<WatchReplicas> logger) : IClusterChangeListener, IAsyncDisposable
{
    private static readonly TimeSpan pauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan answerTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan unsupportedPause = TimeSpan.FromMinutes(1);
    private readonly Dictionary<DestinationState, Watch> _watches = [];
    private readonly Lock _changing = new();

    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    public void OnClusterChanged(ClusterState cluster)
    {
        lock (_changing)
        {
            foreach (var gone in _watches.Where(each => each.Value.Cluster == cluster
                && !(cluster.Destinations.TryGetValue(each.Key.DestinationId, out var now) && now == each.Key
                    && AddressOf(now) == each.Value.Address)).ToList())
            {
                gone.Value.Stop.Cancel();
                _watches.Remove(gone.Key);
            }
            foreach (var replica in cluster.Destinations.Values.Where(replica => !_watches.ContainsKey(replica)))
            {
                var stop = new CancellationTokenSource();
                var address = AddressOf(replica);
                _watches[replica] = new Watch(
                    cluster, address, stop, WatchAsync(cluster, replica, new Uri(address), stop.Token));
            }
        }
    }

    public void OnClusterRemoved(ClusterState cluster)
    {
        lock (_changing)
        {
            foreach (var gone in _watches.Where(each => each.Value.Cluster == cluster).ToList())
            {
                gone.Value.Stop.Cancel();
                _watches.Remove(gone.Key);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Watch> last;
        lock (_changing)
        {
            last = [.. _watches.Values];
            _watches.Clear();
        }
        foreach (var watch in last) await watch.Stop.CancelAsync();
        await Task.WhenAll(last.Select(watch => watch.Ends)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var watch in last) watch.Stop.Dispose();
    }

    private static string AddressOf(DestinationState replica) => replica.Model.Config.Address;

    private async Task WatchAsync(
        ClusterState cluster, DestinationState replica, Uri address, CancellationToken stop)
    {
        var pause = pauseMin;
        while (!stop.IsCancellationRequested)
        {
            var end = await ListenAsync(cluster, replica, address, stop);
            if (stop.IsCancellationRequested) return;
            pause = end switch
            {
                End.Unsupported => unsupportedPause,
                End.Unreachable => pause * 2 < options.Value.ProbeInterval ? pause * 2 : options.Value.ProbeInterval,
                _ => pauseMin,
            };
            await Task.Delay(pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<End> ListenAsync(
        ClusterState cluster, DestinationState replica, Uri address, CancellationToken stop)
    {
        var isHeard = false;
        try
        {
            using var request = Get(address, "/health/stopping");
            using var answer = await upstream.SendAsync(request, stop).WaitAsync(answerTimeout, clock, stop);
            // What is no service of ours, or has too many listeners, is judged by probes alone.
            if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentLength is not null)
                return End.Unsupported;
            isHeard = true;
            ReplicaNotes.Of(replica).IsStopping = false;
            await using var word = await answer.Content.ReadAsStreamAsync(stop);
            var heard = word.ReadAsync(new byte[16], stop).AsTask();
            await TakeInAsync(cluster, replica, address, heard, stop);
            if (await heard > 0)
            {
                ReplicaNotes.Of(replica).IsStopping = true;
                TakeOut(cluster, replica);
                Log.Stopping(logger, replica.DestinationId);
                return End.Told; // Disposing of the answer is the confirmation.
            }
        }
        catch (Exception away) when (away is HttpRequestException or IOException or TimeoutException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // Judged below.
        }
        catch (OperationCanceledException)
        {
            return End.Told;
        }
        TakeOut(cluster, replica);
        return isHeard ? End.Broken : End.Unreachable;
    }

    // It answers; it is sent requests as soon as it is ready.
    private async Task TakeInAsync(
        ClusterState cluster, DestinationState replica, Uri address, Task heard, CancellationToken stop)
    {
        var pause = pauseMin;
        while (!heard.IsCompleted)
        {
            using var request = Get(address, "/health/ready");
            using var answer = await upstream.SendAsync(request, stop).WaitAsync(answerTimeout, clock, stop);
            if (answer.IsSuccessStatusCode && !heard.IsCompleted)
            {
                ReplicaNotes.Of(replica).ProbeAnswered();
                health.SetPassive(cluster, replica, DestinationHealth.Healthy, TimeSpan.Zero);
                health.SetActive(cluster, [new NewActiveDestinationHealth(replica, DestinationHealth.Healthy)]);
                return;
            }
            TakeOut(cluster, replica);
            if (pause < options.Value.ProbeInterval) pause *= 2;
            await Task.WhenAny(heard, Task.Delay(pause, clock, stop));
        }
    }

    private void TakeOut(ClusterState cluster, DestinationState replica) =>
        health.SetActive(cluster, [new NewActiveDestinationHealth(replica, DestinationHealth.Unhealthy)]);

    private static HttpRequestMessage Get(Uri address, string path) => new(HttpMethod.Get, new Uri(address, path))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private enum End
    {
        Told,
        Broken,
        Unreachable,
        Unsupported,
    }

    private sealed record Watch(ClusterState Cluster, string Address, CancellationTokenSource Stop, Task Ends);

    private static partial class Log
    {
        [LoggerMessage(404, LogLevel.Information, "{Replica} is about to stop and gets no more requests")]
        public static partial void Stopping(ILogger logger, string replica);
    }
}
