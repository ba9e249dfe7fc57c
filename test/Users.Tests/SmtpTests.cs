using System.Buffers;
using System.Net;
using System.Threading.Channels;
using MimeKit;
using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using Tessera.Testing.Servers;

namespace Tessera.Users.Tests;

/// <summary>Users with a mail server, which refuses the first mail and takes the next.</summary>
public sealed class UsersWithMailServer : UsersProcess, IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Mailbox _mailbox = new();
    private readonly int _port = FreePort.Next();
    private Task? _serving;

    public ChannelReader<MimeMessage> Seen => _mailbox.Seen.Reader;

    protected override IEnumerable<(string Key, string Value)> Settings =>
    [
        .. base.Settings, ("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{_port}"), ("Mail:Security", "None"),
        ("Mail:From", "The shop <shop@example.org>"),
    ];

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add(_mailbox);
        var options = new SmtpServerOptionsBuilder().ServerName("mail.example.org")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, _port))).Build();
        _serving = new SmtpServer.SmtpServer(options, services).StartAsync(_stop.Token);
        await InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _stop.CancelAsync();
        if (_serving is not null) await _serving;
        _stop.Dispose();
    }

    private sealed class Mailbox : MessageStore
    {
        private int _offered;

        public Channel<MimeMessage> Seen { get; } = Channel.CreateUnbounded<MimeMessage>();

        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            using var text = new MemoryStream(buffer.ToArray());
            await Seen.Writer.WriteAsync(await MimeMessage.LoadAsync(text, cancellationToken), cancellationToken);
            return Interlocked.Increment(ref _offered) == 1
                ? new SmtpResponse(SmtpReplyCode.InsufficientStorage, "Full, try again")
                : SmtpResponse.Ok;
        }
    }
}

public sealed class SmtpTests(UsersWithMailServer users) : IClassFixture<UsersWithMailServer>
{
    [Fact]
    public async Task Tries_a_mail_again_that_the_server_did_not_take_and_it_is_the_same_mail()
    {
        await users.NewCustomerAsync("smtp@example.com");
        var refused = await users.Seen.ReadAsync(TestContext.Current.CancellationToken);
        var taken = await users.Seen.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("shop@example.org", taken.From.Mailboxes.Single().Address);
        Assert.Equal("smtp@example.com", taken.To.Mailboxes.Single().Address);
        // Whoever got it twice has the same link twice.
        Assert.Equal((refused.MessageId, refused.TextBody), (taken.MessageId, taken.TextBody));
        Assert.False(Directory.Exists(users.Data.File("outbox")));
    }
}
