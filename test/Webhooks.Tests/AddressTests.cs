using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Webhooks.Tests;

/// <summary>No way to the inside.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.7")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::8.8.8.8")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:a9fe:a9fe")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:0:53aa:64c:0:fb:f5ff:fffe")]
    [InlineData("2001:10::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:808:808::1")]
    [InlineData("2600:1:2:3:0:5efe:10.0.0.1")]
    [InlineData("2600:1:2:3:200:5efe:127.0.0.1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fdff:ffff::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("febf::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("ff0e::1")]
    public void Leads_inside(string address) => Assert.True(ForbiddenAddresses.Has(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.255.255")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    public void Is_public(string address) => Assert.False(ForbiddenAddresses.Has(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://partner.example/hook", null)]
    [InlineData("https://partner.example:8443/hook?shop=1", null)]
    [InlineData("https://8.8.8.8/", null)]
    [InlineData("http://partner.example/", "'url' must begin with https://.")]
    [InlineData("ftp://partner.example/", "'url' must be an address such as https://partner.example/webhooks.")]
    [InlineData("partner.example", "'url' must be an address such as https://partner.example/webhooks.")]
    [InlineData("file:///etc/passwd", "'url' must be an address such as https://partner.example/webhooks.")]
    [InlineData("https://localhost/", "'url' must lead to a public address.")]
    [InlineData("https://LOCALHOST./", "'url' must lead to a public address.")]
    [InlineData("https://orders.localhost/", "'url' must lead to a public address.")]
    [InlineData("https://127.0.0.1/", "'url' must lead to a public address.")]
    [InlineData("https://127.1/", "'url' must lead to a public address.")]
    [InlineData("https://2130706433/", "'url' must lead to a public address.")]
    [InlineData("https://0x7f.0.0.1/", "'url' must lead to a public address.")]
    [InlineData("https://[::1]/", "'url' must lead to a public address.")]
    [InlineData("https://[::ffff:10.0.0.1]/", "'url' must lead to a public address.")]
    [InlineData("https://169.254.169.254/latest/meta-data", "'url' must lead to a public address.")]
    [InlineData("https://user:word@partner.example/",
        "'url' must not name a user: messages are proved by their signature.")]
    [InlineData("https://partner.example/#part", "'url' must have no fragment: nobody would see it.")]
    public void An_endpoint_is_refused_for_what_its_address_says(string url, string? fault) => Assert.Equal(
        fault, new CheckEndpoint(Options.Create(new WebhookOptions())).FaultOf(url, ["order.placed.v1"]));

    [Theory]
    [InlineData("http://127.0.0.1:8179/webhooks/tessera", "notifications", null)]
    [InlineData("http://127.0.0.1:8179/webhooks/tessera", "partner", "'url' must begin with https://.")]
    [InlineData("http://127.0.0.1:8179/webhooks/tessera", null, "'url' must begin with https://.")]
    [InlineData("http://127.0.0.1:8179/", "notifications", "'url' must begin with https://.")]
    [InlineData("http://127.0.0.1:8178/webhooks/tessera", "notifications", "'url' must begin with https://.")]
    [InlineData("https://127.0.0.1:8179/webhooks/tessera", "notifications", "'url' must lead to a public address.")]
    public void One_address_inside_is_the_shop_s_own_service_s_and_nobody_else_s(
        string url, string? client, string? fault) =>
        Assert.Equal(fault, new CheckEndpoint(Options.Create(own)).FaultOf(url, ["order.placed.v1"], client));

    [Fact]
    public async Task The_address_of_the_shop_s_own_service_is_connected_to_and_no_other_inside()
    {
        await using var partner = await Partner.StartAsync();
        var options = Options.Create(new WebhookOptions { OwnEndpoint = partner.Url("/own") });
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero, // A connection for each request.
            ConnectCallback = new ConnectOutside(new ChangingName("127.0.0.1"), options).ConnectAsync,
        });
        using var answer = await http.GetAsync(new Uri(partner.Url("/own")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        foreach (var other in (string[])[partner.Url("/other"), "http://partner.example/own"])
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(other)));
            Assert.IsType<ForbiddenAddressException>(failure.GetBaseException());
        }
        Assert.Equal("/own", Assert.Single(partner.Received).Path);
    }

    private static readonly WebhookOptions own = new() { OwnEndpoint = "http://127.0.0.1:8179/webhooks/tessera" };

    [Fact]
    public void A_type_that_there_is_not_is_refused_and_so_is_the_test_s() => Assert.All(
        new[] { "orders.order-placed.v1", "order.placed", "webhook.test.v1", "" },
        type => Assert.StartsWith($"There is no event type '{type}'", new CheckEndpoint(
            Options.Create(new WebhookOptions())).FaultOf("https://partner.example/", [type]),
            StringComparison.Ordinal));

    [Fact]
    public async Task A_name_that_changes_its_mind_is_refused_when_it_leads_inside()
    {
        var names = new ChangingName("8.8.8.8", "127.0.0.1");
        var connect = Connect(names);
        Assert.Equal([IPAddress.Parse("8.8.8.8")], await connect.AddressesOfAsync("partner.example", default));
        await Assert.ThrowsAsync<ForbiddenAddressException>(
            () => connect.AddressesOfAsync("partner.example", default));
    }

    [Theory]
    [InlineData("8.8.8.8,10.0.0.1")]
    [InlineData("::1,8.8.8.8")]
    [InlineData("::ffff:192.168.0.1")]
    public async Task A_name_with_one_address_inside_is_refused_whatever_the_others_are(string addresses) =>
        await Assert.ThrowsAsync<ForbiddenAddressException>(
            () => Connect(new ChangingName(addresses)).AddressesOfAsync("partner.example", default));

    [Fact]
    public async Task A_name_that_leads_inside_gets_no_connection_and_its_owner_no_word_of_where_it_leads()
    {
        await using var partner = await Partner.StartAsync();
        var options = Options.Create(new WebhookOptions());
        var port = new Uri(partner.Address).Port;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false, ConnectCallback = Connect(new ChangingName("127.0.0.1")).ConnectAsync,
        });
        var failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => http.GetAsync(new Uri($"http://partner.example:{port}/")));
        Assert.Equal(new ForbiddenAddressException().Message, failure.GetBaseException().Message);
        Assert.Empty(partner.Received);
        Assert.DoesNotContain("127", failure.GetBaseException().Message, StringComparison.Ordinal);
        Assert.False(options.Value.AllowPrivate); // Unless somebody says so.
    }

    [Fact]
    public async Task The_address_that_was_looked_at_is_the_one_that_is_connected_to()
    {
        await using var partner = await Partner.StartAsync();
        var names = new ChangingName("127.0.0.1", "192.0.2.1");
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = new ConnectOutside(
                names, Options.Create(new WebhookOptions { AllowPrivate = true })).ConnectAsync,
        });
        using var answer = await http.GetAsync(
            new Uri($"http://partner.example:{new Uri(partner.Address).Port}/"));
        Assert.Equal((HttpStatusCode.OK, 1), (answer.StatusCode, names.Asked));
    }

    [Fact]
    public async Task The_service_opens_no_connection_to_a_name_that_leads_inside_and_its_owner_is_told_why()
    {
        using var inside = new Listening();
        await using var webhooks = await WebhooksInMemory.StartOutsideAsync(new ChangingName("127.0.0.1"));
        await webhooks.RegisterAsync($"https://partner.example:{inside.Port}/hook");
        var answer = await AttemptAsync(webhooks);
        Assert.Equal((null, new ForbiddenAddressException().Message), (answer.Status, answer.Fault));
        Assert.False(inside.WasConnectedTo);
    }

    [Fact]
    public async Task An_endpoint_of_a_time_when_the_inside_was_allowed_gets_nothing_once_it_is_not()
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartOutsideAsync(new ChangingName("127.0.0.1"));
        await webhooks.RegisterAsync(partner.Url());
        Assert.Equal("'url' must begin with https://.", (await AttemptAsync(webhooks)).Fault);
        Assert.Empty(partner.Received);
    }

    [Fact]
    public async Task A_partner_whose_certificate_nobody_vouches_for_gets_nothing()
    {
        using var inside = new Listening();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync($"https://127.0.0.1:{inside.Port}/hook");
        var heard = inside.HearAsync();
        Assert.Equal(
            "There is no TLS connection: its certificate or its protocol was refused.",
            (await AttemptAsync(webhooks)).Fault);
        Assert.Equal(0, await Eventually.AnswersAsync("the connection ends", heard));
    }

    private static async Task<DeliveryAnswer> AttemptAsync(WebhooksInMemory webhooks)
    {
        await webhooks.PlaceAsync(Guid.NewGuid());
        return await webhooks.SendAsync(Assert.Single(await webhooks.TakeAsync()));
    }

    private static ConnectOutside Connect(ChangingName names) =>
        new(names, Options.Create(new WebhookOptions()));

    /// <summary>Another answer each time; the last one stays.</summary>
    private sealed class ChangingName(params string[] answers) : IResolveNames
    {
        public int Asked { get; private set; }

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop)
        {
            var answer = answers[Math.Min(Asked++, answers.Length - 1)];
            return Task.FromResult(answer.Split(',').Select(IPAddress.Parse).ToArray());
        }
    }

    /// <summary>A port of this machine, with a certificate of its own making.</summary>
    private sealed class Listening : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Listening() => _listener.Start();

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public bool WasConnectedTo => _listener.Pending();

        /// <summary>How many bytes it is told by the next who connects.</summary>
        public async Task<int> HearAsync()
        {
            using var key = RSA.Create(2_048);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = new CertificateRequest(
                "CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
                now.AddDays(-1), now.AddDays(1));
            using var client = await _listener.AcceptTcpClientAsync();
            await using var secured = new SslStream(client.GetStream());
            try
            {
                await secured.AuthenticateAsServerAsync(certificate);
                return await secured.ReadAsync(new byte[1_024]);
            }
            catch (Exception refused) when (refused is IOException or AuthenticationException)
            {
                return 0;
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
