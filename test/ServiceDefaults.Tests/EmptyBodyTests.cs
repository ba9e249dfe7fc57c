using System.Net;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>An operation whose body may be left out, asked over HTTP/2, where a body can begin before it is known to be
/// empty.</summary>
public sealed class EmptyBodyTests(SampleService service) : IClassFixture<SampleService>
{
    private static readonly Uri _maybe = new("/maybe", UriKind.Relative);

    [Theory]
    [InlineData(null)]
    [InlineData(0)] // As what has no body comes from a client of HTTP/1.1, through a gateway.
    public async Task A_body_that_turns_out_to_be_empty_is_none(int? stated)
    {
        var body = new LateBody([], stated);
        var sending = service.Http2.PostAsync(_maybe, body);
        await service.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        body.End();
        using var answer = await sending;
        Assert.Equal(
            (HttpStatusCode.OK, "nothing"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_body_without_a_media_type_is_still_refused()
    {
        var body = new LateBody("{\"name\":\"a\"}"u8.ToArray());
        var sending = service.Http2.PostAsync(_maybe, body);
        await service.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        body.End();
        using var answer = await sending;
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    /// <summary>The headers are sent at once, what follows only when it is told to.</summary>
    private sealed class LateBody(byte[] bytes, int? stated = null) : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await _end.Task;
            await stream.WriteAsync(bytes);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = stated ?? 0;
            return stated is not null;
        }
    }
}
