using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests.Input;

public sealed class CancellableBodyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The copying to a service is given up, and right after it the request is answered.</summary>
    [Fact]
    public async Task Leaves_no_read_under_way_to_the_server_although_who_began_it_has_left()
    {
        var sent = new Pipe();
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answered = CancellableBody.InvokeAsync(Request(sent.Reader), async inner =>
        {
            using var interest = new CancellationTokenSource();
            var reading = inner.Request.Body.ReadAsync(new byte[10], interest.Token).AsTask();
            await interest.CancelAsync();
            await ExpectGivenUpAsync(reading);
            left.SetResult();
        });
        await left.Task.WaitAsync(Stop);
        Assert.False(answered.IsCompleted);
        await sent.Writer.WriteAsync("given up"u8.ToArray(), Stop);
        await answered.WaitAsync(Stop);
        await sent.Writer.WriteAsync("the rest"u8.ToArray(), Stop);
        var rest = await sent.Reader.ReadAsync(Stop); // Would refuse, beside another read.
        Assert.Equal("the rest"u8.ToArray(), rest.Buffer.FirstSpan.ToArray());
    }

    [Fact]
    public async Task Goes_on_where_a_read_was_given_up()
    {
        var sent = new Pipe();
        await CancellableBody.InvokeAsync(Request(sent.Reader), async inner =>
        {
            var buffer = new byte[3];
            using var interest = new CancellationTokenSource();
            var reading = inner.Request.Body.ReadAsync(buffer, interest.Token).AsTask();
            await interest.CancelAsync();
            await ExpectGivenUpAsync(reading);
            await sent.Writer.WriteAsync("abcd"u8.ToArray(), Stop);
            await sent.Writer.CompleteAsync();
            Assert.Equal(3, await inner.Request.Body.ReadAsync(buffer, Stop));
            Assert.Equal("abc"u8.ToArray(), buffer);
            Assert.Equal(1, await inner.Request.Body.ReadAsync(buffer, Stop));
            Assert.Equal(0, await inner.Request.Body.ReadAsync(buffer, Stop));
        });
    }

    /// <summary>Of an answer without a body nothing has gone out by itself.</summary>
    [Fact]
    public async Task Ends_the_answer_before_it_waits_for_the_rest()
    {
        var sent = new Pipe();
        var context = Request(sent.Reader);
        var answer = new EndedAnswer();
        context.Features.Set<IHttpResponseBodyFeature>(answer);
        var answered = CancellableBody.InvokeAsync(context, async inner =>
        {
            using var interest = new CancellationTokenSource();
            var reading = inner.Request.Body.ReadAsync(new byte[10], interest.Token).AsTask();
            await interest.CancelAsync();
            await ExpectGivenUpAsync(reading);
            inner.Response.StatusCode = 204;
        });
        await answer.Ended.WithinAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.False(answered.IsCompleted);
        await sent.Writer.WriteAsync("given up"u8.ToArray(), Stop);
        await answered.WaitAsync(Stop);
    }

    private static async Task ExpectGivenUpAsync(Task reading) =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

    private static DefaultHttpContext Request(PipeReader body)
    {
        var context = new DefaultHttpContext();
        var features = new Body(body);
        context.Features.Set<IHttpRequestBodyDetectionFeature>(features);
        context.Features.Set<IRequestBodyPipeFeature>(features);
        return context;
    }

    private sealed class EndedAnswer() : StreamResponseBodyFeature(Stream.Null)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public override Task CompleteAsync()
        {
            _ended.TrySetResult();
            return base.CompleteAsync();
        }
    }

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature, IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }
}
