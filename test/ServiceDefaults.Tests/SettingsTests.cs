namespace Tessera.ServiceDefaults.Tests;

public sealed class SettingsTests
{
    private static IConfiguration With(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

    [Fact]
    public void Reads_the_replicas_of_a_service() => Assert.Equal(
        [new Uri("http://127.0.0.1:1"), new Uri("http://127.0.0.1:2")],
        ServiceAddresses.Of(With("Services:Orders", "http://127.0.0.1:1, http://127.0.0.1:2"), "orders"));

    [Fact]
    public void Names_the_key_of_a_bad_address()
    {
        var refused = Assert.Throws<InvalidOperationException>(
            () => ServiceAddresses.Of(With("Services:Orders", "127.0.0.1"), "orders"));
        Assert.Contains("Services:Orders", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_key_of_a_bad_endpoint()
    {
        var refused = Assert.Throws<InvalidOperationException>(
            () => ListenOptions.Read(With("Listen:Http2", "everywhere"), "orders"));
        Assert.Contains("Listen:Http2", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway", 8080, null)]
    [InlineData("orders", 8084, 9084)]
    public void Has_a_port_for_every_service(string service, int http1, int? http2)
    {
        var listen = ListenOptions.Read(new ConfigurationBuilder().Build(), service);
        Assert.Equal((http1, http2), (listen.Http1!.Port, listen.Http2?.Port));
    }
}
