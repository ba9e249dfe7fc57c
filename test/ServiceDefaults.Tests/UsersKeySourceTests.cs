namespace Tessera.ServiceDefaults.Tests;

public sealed class UsersKeySourceTests
{
    private const string A = """{"kid":"a"}""";
    private const string B = """{"kid":"b"}""";

    [Fact]
    public async Task Asks_the_second_replica_when_the_first_is_away() =>
        Assert.Equal($$"""{"keys":[{{A}}]}""", await FetchAsync(Away, Keys(A)));

    [Fact]
    public async Task Asks_the_second_replica_when_the_first_answers_nonsense()
    {
        foreach (var nonsense in new[] { "", "[]", "{}", """{"keys":7}""" })
            Assert.Equal($$"""{"keys":[{{A}}]}""", await FetchAsync(_ => Task.FromResult(nonsense), Keys(A)));
    }

    [Fact]
    public async Task Does_not_wait_for_a_replica_that_hangs() =>
        Assert.Equal($$"""{"keys":[{{A}}]}""", await FetchAsync(Hangs, Keys(A)));

    [Fact]
    public async Task Takes_a_key_that_one_replica_alone_knows_yet_in_one_order()
    {
        Assert.Equal($$"""{"keys":[{{A}},{{B}}]}""", await FetchAsync(Keys(B), Keys(A, B)));
        Assert.Equal($$"""{"keys":[{{A}},{{B}}]}""", await FetchAsync(Keys(A, B), Keys(A)));
    }

    [Fact]
    public async Task Says_why_when_none_answers()
    {
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(Away, Away));
        Assert.Equal("Connection refused", failure.Message);
    }

    private static Task<string> Away(CancellationToken stop) => throw new HttpRequestException("Connection refused");

    private static async Task<string> Hangs(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop);
        return "";
    }

    private static Func<CancellationToken, Task<string>> Keys(params string[] keys) =>
        _ => Task.FromResult($$"""{"keys":[{{string.Join(',', keys)}}]}""");

    private static Task<string> FetchAsync(params Func<CancellationToken, Task<string>>[] replicas)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Services:Users"] = string.Join(',', replicas.Select((_, number) => $"http://users-{number}:9081")),
        }).Build();
        return new UsersKeySource(new Replicas(replicas), configuration, TimeProvider.System)
            .FetchAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Replicas(Func<CancellationToken, Task<string>>[] replicas)
        : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            Assert.Equal("/.well-known/jwks", request.RequestUri!.AbsolutePath);
            var number = request.RequestUri.Host[^1] - '0';
            return new HttpResponseMessage { Content = new StringContent(await replicas[number](stop)) };
        }
    }
}
