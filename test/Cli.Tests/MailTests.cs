using Tessera.Cli.Shop;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class MailTests : IDisposable
{
    private readonly string _outbox = Directory.CreateTempSubdirectory("tessera-mail-").FullName;

    [Fact]
    public async Task Reads_the_mails_in_their_order_and_those_to_one_address()
    {
        Write("b", "Ann@example.com", "Second");
        Write("a", "bob@example.com", "First");
        var all = await MailCommand.ReadAsync(_outbox, null, TestContext.Current.CancellationToken);
        Assert.Equal(["First", "Second"], all.Select(mail => mail.Subject));
        var one = await MailCommand.ReadAsync(_outbox, "ann@example.com", TestContext.Current.CancellationToken);
        Assert.Equal("Second", one.Single().Subject);
        Assert.Contains("Hello", one[0].TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_no_mail_where_none_was_written() => Assert.Empty(await MailCommand.ReadAsync(
        Path.Combine(_outbox, "none"), null, TestContext.Current.CancellationToken));

    private void Write(string name, string to, string subject) => File.WriteAllText(
        Path.Combine(_outbox, name + ".eml"),
        $"From: shop@example.org\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nHello\r\n");

    public void Dispose() => Directory.Delete(_outbox, recursive: true);
}
