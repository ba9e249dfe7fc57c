using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>
/// A request body whose reading can be given up, so that the server can still take in what is left of it and keep the
/// connection. A token that cancels a read of the server's own stream leaves that stream reading for ever: what follows
/// is an error in the log and a closed connection, in the middle of the client's next request. Here only the waiting
/// ends; the read itself goes on, and none is under way any more when the server reads again.
/// </summary>
internal sealed class CancellableBody(PipeReader body) : Stream
{
    /// <summary>As long as the server itself would wait for the rest of a body that nobody reads.</summary>
    private static readonly TimeSpan restWithin = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<ReadResult>? _reading;
    private bool _wasRead;
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
        while (true)
        {
            var reading = Begin();
            // Who stops waiting leaves the read to the next one who asks, or to the end.
            var read = reading.IsCompleted ? await reading : await reading.WaitAsync(cancellationToken);
            lock (_gate)
            {
                if (_isOver) throw new OperationCanceledException("The request has been answered.");
                _reading = null;
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
        var isAnswered = false;
        try
        {
            await next(context);
            isAnswered = true;
        }
        finally
        {
            if (body.End(out var reading)) await body.FinishAsync(reading, context, isAnswered);
            context.Request.Body = original;
        }
    }

    private Task<ReadResult> Begin()
    {
        lock (_gate)
        {
            if (_isOver) throw new OperationCanceledException("The request has been answered.");
            _wasRead = true;
            return _reading ??= body.ReadAsync(CancellationToken.None).AsTask();
        }
    }

    /// <summary>Nobody reads from here on.</summary>
    /// <param name="reading">What is still under way, or ended and was taken by nobody.</param>
    /// <returns>Whether anything was read at all.</returns>
    private bool End(out Task<ReadResult>? reading)
    {
        lock (_gate)
        {
            _isOver = true;
            reading = _reading;
            return _wasRead;
        }
    }

    /// <summary>The client has its whole answer before anything more is expected of it. What has come is taken: when
    /// the client leaves now, the server does not come to it, and finds a read that is not ended.</summary>
    private async Task FinishAsync(Task<ReadResult>? reading, HttpContext context, bool isAnswered)
    {
        try
        {
            if (reading is not null)
            {
                if (!reading.IsCompleted && isAnswered) await context.Response.CompleteAsync();
                body.AdvanceTo((await reading.WaitAsync(restWithin)).Buffer.End);
            }
            while (body.TryRead(out var rest))
            {
                body.AdvanceTo(rest.Buffer.End);
                if (rest.IsCompleted) break;
            }
        }
        catch (TimeoutException)
        {
            context.Abort(); // It ends the read, too, a moment later; only then may the server go on.
            await ((Task)reading!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The connection is gone, or the body was no body: the server knows as well.
        }
    }
}
