using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.Messaging.Conformance;

/// <summary>Starts a transport as the host does.</summary>
public static class PatientStart
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>A broker that does not answer in time, with much other work beside it, is asked again: that it says so
    /// is the subject of other tests.</summary>
    public static async Task StartPatientlyAsync(
        this ITransport transport, Topology topology, CancellationToken stop)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await transport.StartAsync(topology, stop);
                return;
            }
            catch (TransportUnavailableException) when (clock.Elapsed < Eventually.ProcessBound)
            {
                await Task.Delay(s_pause, stop);
            }
        }
    }
}
