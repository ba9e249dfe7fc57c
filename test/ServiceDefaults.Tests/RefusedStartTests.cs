namespace Tessera.ServiceDefaults.Tests;

public sealed class RefusedStartTests
{
    [Fact]
    public async Task Ends_with_code_1_instead_of_an_exception_when_a_part_does_not_start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHostedService<Broken>();
        Assert.Equal(1, await builder.Build().RunServiceAsync());
    }

    [Fact]
    public async Task Ends_with_code_1_when_a_part_cannot_even_be_made()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<IHostedService>(_ => throw new InvalidOperationException("no database file"));
        Assert.Equal(1, await builder.Build().RunServiceAsync());
    }

    [Fact]
    public void Tells_the_reasons_and_their_causes_in_one_line() => Assert.Equal(
        "the file is broken (line 3 (is empty))",
        ServiceStart.Reasons(new InvalidOperationException(
            "the file is\nbroken", new FormatException("line 3", new FormatException("is empty")))));

    private sealed class Broken : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("no database file");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
