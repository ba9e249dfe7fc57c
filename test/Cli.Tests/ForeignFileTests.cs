using System.Text;
using CsCheck;
using Tessera.Cli.Retail;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>Files that others have written: every line is used or reported, and nothing is guessed.</summary>
public sealed class ForeignFileTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    private static readonly string[] _pieces =
    [
        "\"", "\"\"", ",", "\n", "\r", "\r\n", "\0", "\t", "é", "\u2028", "\uD800", "\uFEFF",
        "=", "C", "-", "0", "/", "", " ,",
    ];

    private const string Good = "1,22423,Tea,1,2011-01-01 10:00,4.15,1,UK";

    [Fact]
    public void Takes_the_codes_of_another_shop_and_a_quantity_with_a_point()
    {
        var file = Case("own-codes");
        Assert.Empty(file.Unusable);
        Assert.Equal([("TEA-100", 6), ("22423", 6)], file.Lines.Select(line => (line.Sku, line.Quantity)));
    }

    [Fact]
    public void Knows_an_invoice_by_a_number_in_any_script_and_sends_visible_ASCII()
    {
        var invoices = ReplayPlan.Of(Case("invoice-numbers").Lines).Invoices;
        Assert.Equal(["N°536365", "536 366", "536367"], invoices.Select(invoice => invoice.Reference));
        Assert.All(
            invoices, invoice => Assert.All(invoice.KeyFor("invoice"), letter => Assert.InRange(letter, '!', '~')));
        Assert.Equal(3, invoices.Select(invoice => invoice.KeyFor("invoice")).Distinct().Count());
    }

    [Fact]
    public void Loses_one_line_to_a_stray_quote_and_none_of_those_below()
    {
        var file = Case("stray-quote");
        var stray = Assert.Single(file.Unusable, line => line.Reason.Contains("quote", StringComparison.Ordinal));
        Assert.Equal(20, stray.Number);
        Assert.Equal(299, file.Lines.Count + file.Unusable.Count);
        Assert.Contains(file.Lines, line => line.Number == 21);
    }

    [Fact]
    public void Refuses_dates_of_which_both_readings_fit()
    {
        var error = Assert.Throws<UserError>(() => Case("day-month"));
        Assert.Contains("line 2: '01/11/2010 10:00'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--dates dd/MM/yyyy", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dd/MM/yyyy", "930011")]
    [InlineData("MM/dd/yyyy", "930012")]
    public void Reads_dates_as_it_is_told(string form, string cancelled)
    {
        var plan = ReplayPlan.Of(Case("day-month", new RetailForm(form)).Lines);
        Assert.Equal(cancelled, Assert.Single(plan.Cancellations).Order);
    }

    [Theory]
    [InlineData("13/02/2010 8:26", 2010, 2, 1)]
    [InlineData("02/13/2010 8:26", 2010, 1, 2)]
    public void Takes_the_one_reading_that_fits_all_dates_of_the_file(string clear, int year, int month, int day)
    {
        var file = Read($"1,22423,Tea,1,{clear},4.15,1,UK", "2,22423,Tea,1,01/02/2010 8:26,4.15,1,UK");
        Assert.Contains(new DateTime(year, month, day, 8, 26, 0), file.Lines.Select(line => line.Date));
    }

    [Fact]
    public void Names_two_lines_that_write_dates_in_two_ways()
    {
        var error = Assert.Throws<UserError>(() => Read(
            "1,22423,Tea,1,13/02/2010,4.15,1,UK", "2,22423,Tea,1,02/13/2010,4.15,1,UK"));
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("line 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Does_not_take_the_present_year_for_a_date_without_one() =>
        Assert.Equal(2, Read("1,22423,T,1,10:00,4.15,1,UK", "2,22423,T,1,1 Dec,4.15,1,UK").Unusable.Count);

    [Fact]
    public void Refuses_bytes_that_are_no_UTF_8_with_the_line()
    {
        var error = Assert.Throws<UserError>(() => Case("latin1"));
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("--encoding latin1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("latin1")]
    [InlineData("windows-1252")]
    public void Reads_the_encoding_that_it_is_told(string encoding) =>
        Assert.StartsWith(
            "CAFÉ", Assert.Single(Case("latin1", new RetailForm(Encoding: encoding)).Lines).Description,
            StringComparison.Ordinal);

    [Fact]
    public void Reads_an_Excel_table_with_its_mark_in_front_and_names_an_encoding_that_is_none()
    {
        using var folder = Some.Folder();
        File.WriteAllText(folder.File("x.csv"), $"{Header}\n{Good}\n", Encoding.UTF8);
        Assert.Single(RetailFile.Read(folder.File("x.csv"), new RetailForm()).Lines);
        var error = Assert.Throws<UserError>(
            () => RetailFile.Read(folder.File("x.csv"), new RetailForm(Encoding: "klingon")));
        Assert.Contains("'klingon'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Orders_every_product_of_an_invoice_that_is_longer_than_an_order()
    {
        var invoices = ReplayPlan.Of(Case("long-invoice").Lines).Invoices;
        Assert.Equal(["910001 (1/2)", "910001 (2/2)"], invoices.Select(invoice => invoice.Reference));
        Assert.All(invoices, invoice => Assert.InRange(invoice.Lines.Count, 1, Invoice.LinesMax));
        Assert.Equal(250, invoices.SelectMany(invoice => invoice.Lines).Select(line => line.Sku).Distinct().Count());
    }

    [Theory]
    [InlineData("1\u0007,22423,Tea,1,2011-01-01,4.15,1,UK", "it holds a control character (U+0007)")]
    [InlineData(
        "1\u200B,22423,Tea,1,2011-01-01,4.15,1,UK", "invoice or customer number holds a letter that nobody sees")]
    [InlineData("1,22423,Te\uFFFD,1,2011-01-01,4.15,1,UK", "letters of it were lost before (U+FFFD stands for them)")]
    [InlineData("1,22423,Tea,1,2011-01-01,4,15,1,UK", "not as many fields as the first line (9 instead of 8)")]
    [InlineData("1,22423,Tea,1,2011-01-01,4.15,1", "not as many fields as the first line (7 instead of 8)")]
    [InlineData("1,22423,Tea,1.5,2011-01-01,4.15,1,UK", "quantity is no whole number: '1.5'")]
    [InlineData(
        "1,22423,\"Tea\" or so,1,2011-01-01,4.15,1,UK", "text stands between a closing quote and the next comma")]
    [InlineData("   ", "an empty line")]
    public void Says_what_is_wrong_with_a_line(string line, string reason) =>
        Assert.Equal(reason, Assert.Single(Read(line).Unusable).Reason);

    [Fact]
    public void Bounds_the_numbers_of_invoices_and_customers_and_what_it_quotes_of_them()
    {
        var file = Read(
            $"{new string('1', 200)},22423,Tea,1,2011-01-01,4.15,1,UK",
            $"1,22423,Tea,1,2011-01-01,4.15,{new string('7', 300)},UK",
            $"\"12\n34\",22423,Tea,1,2011-01-01,4.15,7,UK");
        Assert.Equal(4, file.Unusable.Count); // The line break in a number makes two lines of one, and both are told.
        Assert.All(file.Unusable, line => Assert.InRange(line.Reason.Length, 1, 120));
    }

    [Fact]
    public void Copies_nothing_of_a_line_without_end_into_its_memory_or_report()
    {
        using var endless = new Repeating("1,22423,", 200_000_000);
        var file = RetailFile.Read(endless, "endless.csv", new RetailForm());
        var line = Assert.Single(file.Unusable);
        Assert.Equal("longer than 16384 characters", line.Reason);
        Assert.Equal("", line.Invoice);
    }

    [Fact]
    public void Reports_an_invoice_that_names_two_customers_whole()
    {
        var file = Read(
            "1,22423,T,1,2011-01-01,1,7,UK", "1,22424,T,1,2011-01-01,1,8,UK", "2,22424,T,1,2011-01-01,1,8,UK",
            "2,22423,T,1,2011-01-01,1,,UK");
        Assert.Equal([2, 3], file.Unusable.Select(line => line.Number));
        Assert.Equal(["8", "8"], file.Lines.Select(line => line.Customer));
    }

    [Fact]
    public void Calls_a_folder_a_folder()
    {
        using var folder = Some.Folder();
        var error = Assert.Throws<UserError>(() => RetailFile.Read(folder.Path, new RetailForm()));
        Assert.Contains("is a folder", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+2")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("=1,\"2\"")]
    public void Lets_no_spreadsheet_calculate_what_a_file_put_into_a_report(string text)
    {
        using var folder = Some.Folder();
        ReportFile.Write(folder.File("r.csv"), [new ReportRow("line", text, "2", text, text)]);
        var row = File.ReadAllText(folder.File("r.csv")).Split('\n', 2)[1];
        Assert.StartsWith("line,", row, StringComparison.Ordinal);
        Assert.DoesNotContain("," + text[0], row, StringComparison.Ordinal);
        Assert.DoesNotContain(",\"" + text[0], row, StringComparison.Ordinal);
        Assert.Contains("'" + text[0], row, StringComparison.Ordinal);
    }

    [Fact]
    public void Fails_when_nothing_of_a_file_can_be_used_and_says_why_where()
    {
        using var folder = Some.Folder();
        var path = folder.File("r.csv");
        var error = ReportFile.NothingUsed(Read("1,22423,Tea,no,2011-01-01,4.15,1,UK"), path);
        Assert.Equal(ExitCodes.Failed, error.ExitCode);
        Assert.Contains(
            "None of the file's 1 lines can be used; of 1: quantity is no number", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("quantity is no number: 'no'", File.ReadAllText(path), StringComparison.Ordinal);
    }

    /// <summary>Whatever happened to a file on its way: each line below the first is used or reported, once.</summary>
    [Fact]
    public void Uses_or_reports_each_line_of_a_file_that_was_damaged_anywhere() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[0, 400], Gen.Int[0, _pieces.Length - 1])
            .Array[0, 12]
            .Sample(damages =>
            {
                var text = new StringBuilder(string.Join('\n', Enumerable.Repeat(Good, 8).Prepend(Header)));
                foreach (var (at, cut, which) in damages)
                {
                    var place = Header.Length + 1 + (at % (text.Length - Header.Length - 1));
                    text.Remove(place, Math.Min(cut % 4, text.Length - place)).Insert(place, _pieces[which]);
                    if (text.Length <= Header.Length + 2) return;
                }
                var file = RetailFile.Read(
                    new StringReader(text.ToString()), "damaged.csv", new RetailForm("yyyy-MM-dd"));
                var numbers = file.Lines.Select(line => line.Number).Concat(file.Unusable.Select(line => line.Number));
                Assert.Equal(Enumerable.Range(2, LinesOf(text.ToString()) - 1), numbers.Order());
            });

    private static int LinesOf(string text)
    {
        var (reader, count) = (new StringReader(text), 0);
        while (reader.ReadLine() is not null) count++;
        return count;
    }

    private static RetailFile Case(string name, RetailForm? form = null) => RetailFile.Read(
        Path.Combine(SourceTree.Root, "test", "Cli.Tests", "Cases", name + ".csv"), form ?? new RetailForm());

    private static RetailFile Read(params string[] lines) =>
        RetailFile.Read(new StringReader($"{Header}\n{string.Join('\n', lines)}\n"), "test.csv", new RetailForm());

    /// <summary>The header, then one line of so many characters.</summary>
    private sealed class Repeating(string text, long count) : TextReader
    {
        private readonly StringReader _header = new(Header + "\n");
        private long _at;

        public override int Read(char[] buffer, int index, int wanted)
        {
            var read = _header.Read(buffer, index, wanted);
            if (read > 0) return read;
            var some = (int)Math.Min(wanted, count - _at);
            for (var each = 0; each < some; each++) buffer[index + each] = text[(int)((_at + each) % text.Length)];
            _at += some;
            return some;
        }
    }
}
