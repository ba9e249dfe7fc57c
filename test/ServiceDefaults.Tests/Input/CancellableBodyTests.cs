using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults.Tests.Input;

public sealed class CancellableBodyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The copying to a service is given up, and right after it the request is answered.</summary>
    [Fact]
    public async Task Gives_a_read_up_once_although_two_lose_interest_in_it()
    {
        var pipe = new ManualReader();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestBodyDetectionFeature>(pipe);
        context.Features.Set<IRequestBodyPipeFeature>(pipe);
        Task<int>? reading = null;
        var answered = CancellableBody.InvokeAsync(context, async inner =>
        {
            using var interest = new CancellationTokenSource();
            reading = inner.Request.Body.ReadAsync(new byte[10], interest.Token).AsTask();
            await interest.CancelAsync();
        });
        Assert.False(answered.IsCompleted); // The server would read while a read is under way.
        pipe.EndReadAsCanceled();
        await answered.WaitAsync(Stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading!);
        Assert.Equal(1, pipe.TimesGivenUp);
    }

    /// <summary>As the server's own: a read that is given up ends a moment later.</summary>
    private sealed class ManualReader : PipeReader, IRequestBodyPipeFeature, IHttpRequestBodyDetectionFeature
    {
        private readonly TaskCompletionSource<ReadResult> _read =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int TimesGivenUp { get; private set; }

        public PipeReader Reader => this;

        public bool CanHaveBody => true;

        public void EndReadAsCanceled() => _read.SetResult(new(default, isCanceled: true, isCompleted: false));

        public override void CancelPendingRead() => TimesGivenUp++;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => new(_read.Task);

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void AdvanceTo(SequencePosition consumed) => Assert.True(_read.Task.IsCompleted);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

        public override void Complete(Exception? exception = null) => throw new NotSupportedException();
    }
}
