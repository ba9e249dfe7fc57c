using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>
/// A request body whose reading can be given up, so that the server can still take in what is left of it and keep the
/// connection. A token that cancels a read of the server's own stream leaves that stream reading for ever: what follows
/// is an error in the log and a closed connection, in the middle of the client's next request. Here the read itself is
/// ended, and none is under way any more when the request's work is done.
/// </summary>
internal sealed class CancellableBody(PipeReader body) : Stream
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reading;
    private bool _isGivenUp;
    private bool _isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>As middleware: takes the place of the body while the rest of the pipeline runs.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            ? ReplaceAsync(context, next)
            : next(context);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isOver) throw new OperationCanceledException("The request has been answered.");
            if (_reading is not null) throw new InvalidOperationException("The body is being read already.");
            (_reading, _isGivenUp) = (reading, false);
        }
        try
        {
            await using var giveUp = cancellationToken.UnsafeRegister(
                static self => ((CancellableBody)self!).GiveUp(), this);
            while (true)
            {
                var read = await body.ReadAsync(CancellationToken.None);
                if (read.IsCanceled)
                {
                    body.AdvanceTo(read.Buffer.Start);
                    cancellationToken.ThrowIfCancellationRequested();
                    if (IsOver()) throw new OperationCanceledException("The request has been answered.");
                    continue; // A former read was given up just as it ended.
                }
                if (read.Buffer.IsEmpty && !read.IsCompleted)
                {
                    body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }
                var taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length));
                taken.CopyTo(buffer.Span);
                var count = (int)taken.Length; // Not after the next line: the segments are given back there.
                body.AdvanceTo(taken.End);
                return count;
            }
        }
        finally
        {
            lock (_gate) _reading = null;
            reading.SetResult();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Request bodies are read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static async Task ReplaceAsync(HttpContext context, RequestDelegate next)
    {
        var original = context.Request.Body;
        var body = new CancellableBody(context.Request.BodyReader);
        context.Request.Body = body;
        try
        {
            await next(context);
        }
        finally
        {
            await body.EndAsync();
            context.Request.Body = original;
        }
    }

    /// <summary>Ends a read that is still under way: whoever began it has lost interest, and the server reads
    /// next.</summary>
    private Task EndAsync()
    {
        Task? reading;
        lock (_gate)
        {
            _isOver = true;
            reading = _reading?.Task;
        }
        if (reading is null) return Task.CompletedTask;
        GiveUp();
        return reading;
    }

    /// <summary>Once for each read: of two, the server can take one for its own and read on with the first still
    /// under way, which ends the connection.</summary>
    private void GiveUp()
    {
        lock (_gate)
        {
            if (_reading is null || _isGivenUp) return;
            _isGivenUp = true;
        }
        body.CancelPendingRead();
    }

    private bool IsOver()
    {
        lock (_gate) return _isOver;
    }
}
