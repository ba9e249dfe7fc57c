using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway.Tests.Replicas;

public sealed class AvoidUnreachableTests
{
    [Theory]
    [InlineData(0x2, 1)] // INTERNAL_ERROR
    [InlineData(0xb, 0)] // ENHANCE_YOUR_CALM: it is there.
    public void Takes_a_replica_out_that_broke_off_but_not_one_that_has_too_much_to_do(long error, int times)
    {
        var health = new CountedHealth();
        var context = new DefaultHttpContext();
        context.Features.Set<IForwarderErrorFeature>(new Failure(new HttpRequestException(
            "The stream was reset.", new HttpProtocolException(error, "Reset.", null))));
        using var client = new HttpMessageInvoker(new HttpClientHandler());
        var cluster = new ClusterState("orders", new ClusterModel(new() { ClusterId = "orders" }, client));
        new AvoidUnreachable(health).RequestProxied(context, cluster, new DestinationState("orders-1"));
        Assert.Equal(times, health.TakenOut);
    }

    private sealed record Failure(Exception Exception) : IForwarderErrorFeature
    {
        public ForwarderError Error => ForwarderError.Request;
    }

    private sealed class CountedHealth : IDestinationHealthUpdater
    {
        public int TakenOut { get; private set; }

        public void SetActive(ClusterState cluster, IEnumerable<NewActiveDestinationHealth> newHealthStates) =>
            throw new NotSupportedException();

        public void SetPassive(
            ClusterState cluster, DestinationState destination, DestinationHealth newHealth,
            TimeSpan reactivationPeriod)
        {
            if (newHealth == DestinationHealth.Unhealthy) TakenOut++;
        }
    }
}
