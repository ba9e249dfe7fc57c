using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tessera.Orders.Tests;

public sealed class CatalogQuestionsTests : IDisposable
{
    private readonly HeldCatalog _catalog = new();
    private readonly HttpClient _http;
    private readonly CatalogClient _client;
    private readonly CatalogQuestions _questions = new();

    public CatalogQuestionsTests()
    {
        _http = new HttpClient(_catalog) { BaseAddress = new Uri("http://catalog.example") };
        _client = new CatalogClient(_http, NullLogger<CatalogClient>.Instance);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _catalog.Dispose();
    }

    [Fact]
    public async Task Asks_once_for_a_crowd_and_anew_for_who_comes_later()
    {
        var crowd = Enumerable.Range(0, 200).Select(_ => _questions.AskAsync("TEA-100", _client, Stop)).ToArray();
        var other = _questions.AskAsync("MUG-1", _client, Stop);
        Assert.Equal(["/products/TEA-100", "/products/MUG-1"], _catalog.Asked);
        _catalog.Answer();
        Assert.All(await Task.WhenAll(crowd), answer => Assert.IsType<CatalogAnswer.NoSuchProduct>(answer));
        await other;
        await _questions.AskAsync("TEA-100", _client, Stop);
        Assert.Equal(3, _catalog.Asked.Count);
    }

    [Fact]
    public async Task Goes_on_asking_when_the_first_buyer_has_left()
    {
        using var first = new CancellationTokenSource();
        var left = _questions.AskAsync("TEA-100", _client, first.Token);
        var stays = _questions.AskAsync("TEA-100", _client, Stop);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _catalog.Answer();
        Assert.IsType<CatalogAnswer.NoSuchProduct>(await stays);
        Assert.Single(_catalog.Asked);
    }

    /// <summary>Knows no product, and says so when it is let.</summary>
    private sealed class HeldCatalog : HttpMessageHandler
    {
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Asked { get; } = [];

        public void Answer() => _answer.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.AbsolutePath);
            await _answer.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }
    }
}
